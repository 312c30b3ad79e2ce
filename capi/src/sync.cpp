// Data beyond the work tree: remotes and garbage.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data.hpp"

namespace capi = expcore::capi;

struct exp_sync_result {
  explicit exp_sync_result(expcore::SyncResult done)
      : transferred(done.transferred),
        failed{std::move(done.failed)},
        missing{std::move(done.missing)} {}

  int64_t transferred;
  exp_names failed;
  exp_names missing;
  std::optional<exp_checkout_result> checkout;
};

struct exp_cloud_status {
  std::string remote;
  exp_names only_in_cache;
  exp_names only_on_remote;
  exp_names missing;
};

struct exp_gc_result {
  std::vector<expcore::GcResult> stores;
};

namespace {

expcore::SyncOptions to_sync_options(const exp_sync_options* given, uint32_t known) {
  const exp_sync_options options = capi::read_options(given);
  capi::check_flags(options.flags, known);
  if (options.max_size < 0) {
    throw expcore::Error(expcore::Errc::invalid_argument, "max_size must not be negative");
  }
  const auto has = [&](uint32_t flag) { return (options.flags & flag) != 0; };
  expcore::SyncOptions sync;
  sync.targets = capi::to_strings(options.targets);
  sync.remote = capi::text_or_empty(options.remote);
  sync.with_deps = has(EXP_SYNC_WITH_DEPS);
  sync.recursive = has(EXP_SYNC_RECURSIVE);
  sync.glob = has(EXP_SYNC_GLOB);
  sync.all_branches = has(EXP_SYNC_ALL_BRANCHES);
  sync.all_tags = has(EXP_SYNC_ALL_TAGS);
  sync.all_commits = has(EXP_SYNC_ALL_COMMITS);
  sync.run_cache = has(EXP_SYNC_RUN_CACHE);
  sync.verify = has(EXP_SYNC_VERIFY);
  sync.force = has(EXP_SYNC_FORCE);
  sync.jobs = options.jobs;
  sync.max_size = options.max_size == 0 ? -1 : options.max_size;
  sync.on_event = capi::to_callback(options.on_event, options.user_data);
  if (options.cancel != nullptr) sync.cancel = options.cancel->token;
  return sync;
}

constexpr uint32_t transfer_flags = EXP_SYNC_FORCE - 1;

expcore::GcOptions to_gc_options(const exp_gc_options* given) {
  const exp_gc_options options = capi::read_options(given);
  capi::check_flags(options.flags, (EXP_GC_SKIP_FAILED << 1U) - 1);
  const auto has = [&](uint32_t flag) { return (options.flags & flag) != 0; };
  expcore::GcOptions gc;
  gc.workspace = has(EXP_GC_WORKSPACE);
  gc.all_branches = has(EXP_GC_ALL_BRANCHES);
  gc.all_tags = has(EXP_GC_ALL_TAGS);
  gc.all_commits = has(EXP_GC_ALL_COMMITS);
  gc.all_experiments = has(EXP_GC_ALL_EXPERIMENTS);
  gc.not_in_remote = has(EXP_GC_NOT_IN_REMOTE);
  gc.cloud = has(EXP_GC_CLOUD);
  gc.dry = has(EXP_GC_DRY);
  gc.force = has(EXP_GC_FORCE);
  gc.skip_failed = has(EXP_GC_SKIP_FAILED);
  gc.rev = capi::text_or_empty(options.rev);
  gc.commit_date = capi::text_or_empty(options.commit_date);
  gc.remote = capi::text_or_empty(options.remote);
  gc.projects = capi::to_strings(options.projects);
  gc.num = options.num;
  gc.confirm = capi::to_confirm(options.on_confirm, options.user_data);
  gc.on_event = capi::to_callback(options.on_event, options.user_data);
  if (options.cancel != nullptr) gc.cancel = options.cancel->token;
  return gc;
}

}  // namespace

extern "C" {

exp_status exp_data_push(exp_sync_result** out_result, const exp_project* project,
                         const exp_sync_options* options, exp_error** out_error) {
  if (out_result != nullptr) *out_result = nullptr;
  return capi::guard(out_error, [&] {
    auto done = capi::data_of(project).push(to_sync_options(options, transfer_flags));
    if (out_result != nullptr) *out_result = new exp_sync_result(std::move(done));
  });
}

exp_status exp_data_fetch(exp_sync_result** out_result, const exp_project* project,
                          const exp_sync_options* options, exp_error** out_error) {
  if (out_result != nullptr) *out_result = nullptr;
  return capi::guard(out_error, [&] {
    auto done = capi::data_of(project).fetch(to_sync_options(options, transfer_flags));
    if (out_result != nullptr) *out_result = new exp_sync_result(std::move(done));
  });
}

exp_status exp_data_pull(exp_sync_result** out_result, const exp_project* project,
                         const exp_sync_options* options, exp_error** out_error) {
  if (out_result != nullptr) *out_result = nullptr;
  return capi::guard(out_error, [&] {
    auto done =
        capi::data_of(project).pull(to_sync_options(options, transfer_flags | EXP_SYNC_FORCE));
    if (out_result == nullptr) return;
    auto result = std::make_unique<exp_sync_result>(std::move(done.fetched));
    result->checkout.emplace(std::move(done.checkout));
    *out_result = result.release();
  });
}

void exp_sync_result_free(exp_sync_result* result) { delete result; }
int64_t exp_sync_result_transferred(const exp_sync_result* result) {
  return result == nullptr ? 0 : result->transferred;
}
const exp_names* exp_sync_result_failed(const exp_sync_result* result) {
  return result == nullptr ? nullptr : &result->failed;
}
const exp_names* exp_sync_result_missing(const exp_sync_result* result) {
  return result == nullptr ? nullptr : &result->missing;
}
const exp_checkout_result* exp_sync_result_checkout(const exp_sync_result* result) {
  return result == nullptr || !result->checkout ? nullptr : &*result->checkout;
}

exp_status exp_data_cloud_status(exp_cloud_status** out_status, const exp_project* project,
                                 const exp_sync_options* options, exp_error** out_error) {
  if (out_status != nullptr) *out_status = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_status, "out_status");
    auto found = capi::data_of(project).cloud_status(
        to_sync_options(options, transfer_flags | EXP_SYNC_FORCE));
    out = new exp_cloud_status{std::move(found.remote),
                               {std::move(found.only_in_cache)},
                               {std::move(found.only_on_remote)},
                               {std::move(found.missing)}};
  });
}

void exp_cloud_status_free(exp_cloud_status* status) { delete status; }
const char* exp_cloud_status_remote(const exp_cloud_status* status) {
  return status == nullptr ? nullptr : status->remote.c_str();
}
const exp_names* exp_cloud_status_only_in_cache(const exp_cloud_status* status) {
  return status == nullptr ? nullptr : &status->only_in_cache;
}
const exp_names* exp_cloud_status_only_on_remote(const exp_cloud_status* status) {
  return status == nullptr ? nullptr : &status->only_on_remote;
}
const exp_names* exp_cloud_status_missing(const exp_cloud_status* status) {
  return status == nullptr ? nullptr : &status->missing;
}

exp_status exp_data_gc(exp_gc_result** out_result, const exp_project* project,
                       const exp_gc_options* options, exp_error** out_error) {
  if (out_result != nullptr) *out_result = nullptr;
  return capi::guard(out_error, [&] {
    auto done = capi::data_of(project).gc(to_gc_options(options));
    if (out_result != nullptr) *out_result = new exp_gc_result{std::move(done)};
  });
}

void exp_gc_result_free(exp_gc_result* result) { delete result; }
size_t exp_gc_result_count(const exp_gc_result* result) {
  return result == nullptr ? 0 : result->stores.size();
}
const char* exp_gc_result_store(const exp_gc_result* result, size_t index) {
  return index < exp_gc_result_count(result) ? result->stores[index].store.c_str() : nullptr;
}
int64_t exp_gc_result_removed(const exp_gc_result* result, size_t index) {
  return index < exp_gc_result_count(result) ? result->stores[index].removed : -1;
}
int64_t exp_gc_result_bytes(const exp_gc_result* result, size_t index) {
  return index < exp_gc_result_count(result) ? result->stores[index].bytes : -1;
}

}  // extern "C"
