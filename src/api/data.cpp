#include <utility>

#include <expcore/data.hpp>

#include "api/impl.hpp"
#include "data/add.hpp"
#include "data/checkout.hpp"
#include "data/commit.hpp"
#include "data/remove.hpp"
#include "fs/path.hpp"

namespace expcore {

struct Data::Impl {
  std::shared_ptr<const Project::Impl> project;

  /// A fresh view of the disk whose warnings reach the caller.
  std::unique_ptr<pipeline::Workspace> open(const EventCallback& on_event) const {
    auto workspace = project->open();
    workspace->on_warning = api::warnings_to(on_event);
    return workspace;
  }
};

Data::Data(const Project& project) : impl_(new Impl{project.impl_}) {}
Data::Data(Data&&) noexcept = default;
Data& Data::operator=(Data&&) noexcept = default;
Data::~Data() = default;

std::vector<std::string> Data::add(const std::vector<std::string>& targets,
                                   const AddOptions& options) const {
  const auto workspace = impl_->open(options.on_event);
  data::AddOptions internal;
  internal.glob = options.glob;
  internal.no_commit = options.no_commit;
  internal.relink = !options.no_relink;
  internal.force = options.force;
  internal.out = options.out;
  internal.on_event = options.on_event;
  auto files = data::add(*workspace, targets, internal);
  for (auto& file : files)
    file = fs::relative(file, workspace->directory);
  return files;
}

void Data::commit(const std::string& target, const CommitOptions& options) const {
  const auto workspace = impl_->open(options.on_event);
  data::CommitOptions internal;
  internal.collect = {options.with_deps, options.recursive};
  internal.force = options.force;
  internal.confirm = options.confirm;
  internal.on_event = options.on_event;
  data::commit(*workspace, target, internal);
}

CheckoutResult Data::checkout(const std::vector<std::string>& targets,
                              const CheckoutOptions& options) const {
  const auto workspace = impl_->open(options.on_event);
  data::CheckoutOptions internal;
  internal.collect = {options.with_deps, options.recursive};
  internal.force = options.force;
  internal.relink = options.relink;
  internal.on_event = options.on_event;
  auto done = data::checkout(*workspace, targets, internal);
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

void Data::remove(const std::string& target, bool outs) const {
  data::remove(*impl_->open({}), target, outs);
}

void Data::move(const std::string& from, const std::string& to,
                const EventCallback& on_event) const {
  data::move(*impl_->open(on_event), from, to, on_event);
}

void Data::unprotect(const std::string& target) const { data::unprotect(*impl_->open({}), target); }

}  // namespace expcore
