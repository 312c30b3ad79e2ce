#include <utility>

#include <expcore/data.hpp>
#include <expcore/error.hpp>

#include "api/data_impl.hpp"
#include "data/add.hpp"
#include "data/checkout.hpp"
#include "data/commit.hpp"
#include "data/migrate.hpp"
#include "data/remove.hpp"
#include "fs/path.hpp"
#include "gc/collect.hpp"
#include "remote/sync.hpp"

namespace expcore {

Data::Data(const Project& project) : impl_(new Impl{project.impl_}) {}
Data::Data(Data&&) noexcept = default;
Data& Data::operator=(Data&&) noexcept = default;
Data::~Data() = default;

std::vector<std::string> Data::add(const std::vector<std::string>& targets,
                                   const AddOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  data::AddOptions internal;
  internal.glob = options.glob;
  internal.no_commit = options.no_commit;
  internal.relink = !options.no_relink;
  internal.force = options.force;
  internal.out = options.out;
  internal.on_event = options.on_event;
  auto files = data::add(*workspace, targets, internal);
  workspace->meter.finish();
  for (auto& file : files)
    file = fs::relative(file, workspace->directory);
  return files;
}

void Data::commit(const std::string& target, const CommitOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  data::CommitOptions internal;
  internal.collect = {options.with_deps, options.recursive};
  internal.force = options.force;
  internal.no_relink = options.no_relink;
  internal.confirm = options.confirm;
  internal.on_event = options.on_event;
  data::commit(*workspace, target, internal);
  workspace->meter.finish();
}

CheckoutResult Data::checkout(const std::vector<std::string>& targets,
                              const CheckoutOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  data::CheckoutOptions internal;
  internal.collect = {options.with_deps, options.recursive};
  internal.force = options.force;
  internal.relink = options.relink;
  internal.glob = options.glob;
  internal.on_event = options.on_event;
  auto done = data::checkout(*workspace, targets, internal);
  workspace->meter.finish();
  CheckoutResult result;
  result.added = std::move(done.added);
  result.modified = std::move(done.modified);
  result.deleted = std::move(done.deleted);
  result.failed = std::move(done.failed);
  result.files_added = done.files_added;
  result.files_modified = done.files_modified;
  result.files_deleted = done.files_deleted;
  return result;
}

Meter::Tell api::progress_to(const EventCallback& on_event) {
  if (!on_event) return {};
  return [on_event](const Progress& progress) {
    Event event;
    event.kind = EventKind::progress;
    event.text = name_of(progress.work);
    event.done = progress.files;
    event.total = progress.total_files;
    event.bytes_done = progress.bytes;
    event.bytes_total = progress.total_bytes;
    on_event(event);
  };
}

remote::TransferOptions api::transfer_options(unsigned jobs, const CancelToken& cancel) {
  remote::TransferOptions transfer;
  transfer.jobs = jobs;
  transfer.cancel = cancel;
  return transfer;
}

namespace {

remote::SyncRequest to_internal(const SyncOptions& options) {
  remote::SyncRequest request;
  request.scope.targets = options.targets;
  request.scope.with_deps = options.with_deps;
  request.scope.recursive = options.recursive;
  request.scope.glob = options.glob;
  request.scope.revisions.all_branches = options.all_branches;
  request.scope.revisions.all_tags = options.all_tags;
  request.scope.revisions.all_commits = options.all_commits;
  request.remote = options.remote;
  request.run_cache = options.run_cache;
  request.verify = options.verify;
  request.max_size = options.max_size;
  request.transfer = api::transfer_options(options.jobs, options.cancel);
  return request;
}

SyncResult to_public(const remote::SyncResult& done) {
  SyncResult result;
  result.transferred = static_cast<std::int64_t>(done.transferred);
  for (const auto& failure : done.failed)
    result.failed.push_back(failure.id.hex + ": " + failure.reason);
  for (const auto& id : done.missing)
    result.missing.push_back(id.hex);
  return result;
}

}  // namespace

SyncResult Data::push(const SyncOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  const auto done = remote::push(*workspace, to_internal(options));
  workspace->meter.finish();
  return to_public(done);
}

SyncResult Data::fetch(const SyncOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  const auto done = remote::fetch(*workspace, to_internal(options));
  workspace->meter.finish();
  return to_public(done);
}

PullResult Data::pull(const SyncOptions& options) const {
  PullResult result;
  result.fetched = fetch(options);
  if (!result.fetched.failed.empty()) return result;
  CheckoutOptions checkout_options;
  checkout_options.with_deps = options.with_deps;
  checkout_options.recursive = options.recursive;
  checkout_options.glob = options.glob;
  checkout_options.force = options.force;
  checkout_options.on_event = options.on_event;
  checkout_options.cancel = options.cancel;
  result.checkout = checkout(options.targets, checkout_options);
  return result;
}

namespace {

std::vector<std::string> names(const std::vector<remote::NamedObject>& objects) {
  std::vector<std::string> result;
  for (const auto& object : objects)
    result.push_back(object.name);
  return result;
}

}  // namespace

CloudStatus Data::cloud_status(const SyncOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto found =
      remote::cloud_status(*impl_->open(options.on_event, options.cancel), to_internal(options));
  return {names(found.fresh), names(found.deleted), names(found.missing), found.remote};
}

void Data::check(const GcOptions& options) {
  const auto refuse = [](const char* why) { throw Error(Errc::invalid_argument, why); };
  if (options.not_in_remote && options.cloud) {
    refuse("`--not-in-remote` and `--cloud` are mutually exclusive");
  }
  const bool has_scope = options.workspace || options.all_branches || options.all_tags ||
                         options.all_commits || options.all_experiments || !options.rev.empty() ||
                         options.num != 0 || !options.commit_date.empty();
  if (!has_scope) {
    refuse(
        "Either of `-w|--workspace`, `-a|--all-branches`, `-T|--all-tags` `--all-experiments`, "
        "`--all-commits`, `--date` or `--rev` needs to be set.");
  }
  if (options.num != 0 && options.rev.empty()) {
    refuse("`--num` can only be used alongside `--rev`");
  }
}

std::vector<GcResult> Data::gc(const GcOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  if (!options.remote.empty() && !options.cloud && !options.not_in_remote) {
    throw Error(Errc::invalid_argument, "`--remote` requires `--cloud` or `--not-in-remote`");
  }
  check(options);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  gc::Request request;
  request.all_branches = options.all_branches;
  request.all_tags = options.all_tags;
  request.all_commits = options.all_commits;
  request.all_experiments = options.all_experiments;
  request.rev = options.rev;
  request.num = options.num == 0 ? 1 : options.num;
  request.commit_date = options.commit_date;
  request.not_in_remote = options.not_in_remote;
  request.cloud = options.cloud;
  request.remote = options.remote;
  request.projects = options.projects;
  request.dry = options.dry;
  request.force = options.force;
  request.skip_failed = options.skip_failed;
  request.confirm = options.confirm;
  std::vector<GcResult> results;
  for (const auto& collected : gc::collect_garbage(*workspace, request)) {
    results.push_back(
        {collected.store, static_cast<std::int64_t>(collected.removed), collected.bytes});
  }
  workspace->meter.finish();
  return results;
}

MigrateResult Data::migrate_cache(const MigrateOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  MigrateResult result;
  result.objects = static_cast<std::int64_t>(data::migrate_cache(*workspace, options.dry));
  if (options.records) {
    result.records = data::migrate_records(*workspace, options.dry, options.on_event);
  }
  workspace->meter.finish();
  return result;
}

void Data::remove(const std::string& target, bool outs) const {
  data::remove(*impl_->open({}, {}), target, outs);
}

void Data::move(const std::string& from, const std::string& to, const EventCallback& on_event,
                const CancelToken& cancel) const {
  const auto heard = impl_->project->heard(on_event);
  data::move(*impl_->open(heard, cancel), from, to, heard);
}

void Data::unprotect(const std::string& target) const {
  data::unprotect(*impl_->open({}, {}), target);
}

}  // namespace expcore
