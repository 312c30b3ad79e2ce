#pragma once
#include <memory>

#include <expcore/data.hpp>

#include "api/impl.hpp"
#include "base/cancel.hpp"

namespace expcore {

struct Data::Impl {
  std::shared_ptr<const Project::Impl> project;

  /// A fresh view of the disk whose warnings and progress reach the caller, who may cancel.
  /// Throws: Error{cancelled} when that has happened already.
  std::unique_ptr<pipeline::Workspace> open(const EventCallback& on_event,
                                            const CancelToken& cancel) const {
    stop_if_requested(&cancel);
    auto workspace = project->open();
    workspace->on_warning = api::warnings_to(on_event);
    workspace->meter.tell_to(api::progress_to(on_event));
    workspace->meter.stop_by(cancel);
    return workspace;
  }
};

}  // namespace expcore
