#pragma once
#include <memory>

#include <expcore/data.hpp>

#include "api/impl.hpp"

namespace expcore {

struct Data::Impl {
  std::shared_ptr<const Project::Impl> project;

  /// A fresh view of the disk whose warnings and progress reach the caller.
  std::unique_ptr<pipeline::Workspace> open(const EventCallback& on_event) const {
    auto workspace = project->open();
    workspace->on_warning = api::warnings_to(on_event);
    workspace->meter.tell_to(api::progress_to(on_event));
    return workspace;
  }
};

}  // namespace expcore
