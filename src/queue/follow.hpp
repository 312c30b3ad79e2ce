#pragma once
#include <chrono>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <expcore/cancel.hpp>

#include "git/repo.hpp"
#include "queue/store.hpp"

namespace expcore::queue {

/// Looks at the queue from time to time until something is as it is wanted.
struct WaitOptions {
  std::function<git::Repo&()> repo;      ///< For recover(): who waits must not wait for the dead.
  const CancelToken* cancel = nullptr;   ///< May be null.
  std::chrono::milliseconds timeout{0};  ///< 0: none.
};

/// Calls `done` now and whenever the queue has changed until it says true.
/// Throws: Error{cancelled}; Error{busy} after the timeout.
void wait_until(Store& store, const WaitOptions& options, const std::function<bool()>& done);

/// Waits until none of the tasks (empty: none at all) runs or is to run. Held ones and those that
/// come after them count as over: nobody runs them. Returns whether all of those that are still
/// there succeeded.
bool wait_for(Store& store, std::span<const TaskId> ids, const WaitOptions& options);

/// Hands the log of the present or next attempt of a task over as it grows, without our own lines,
/// until the task has ended or is gone. Held tasks are not followed.
void follow_log(Store& store, TaskId id, const WaitOptions& options,
                const std::function<void(std::string_view)>& on_text);

}  // namespace expcore::queue
