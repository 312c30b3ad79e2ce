#pragma once
#include <string>
#include <vector>

#include "queue/snapshot.hpp"

namespace expcore::queue {

struct AddRequest {
  std::string name;  ///< "" makes one up; a sweep's tasks are `<name>-1`, `<name>-2`, ….
  std::vector<std::string> set_params;  ///< As typed, sweeps too.
  bool no_hydra = false;                ///< Leave params.yaml alone even with `hydra.enabled`.
  std::vector<std::string> after;       ///< Names or keys of tasks.
  NewTask task;                         ///< Everything else.
  pipeline::Selection selection;
};

/// Snapshot and tasks of one `exp run --queue`: everything is checked before anything is written.
/// Throws as Queue::add().
std::vector<Task> add(pipeline::Workspace& workspace, const AddRequest& request);

}  // namespace expcore::queue
