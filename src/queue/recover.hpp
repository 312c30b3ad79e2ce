#pragma once
#include <cstddef>
#include <functional>

#include "git/repo.hpp"
#include "queue/store.hpp"

namespace expcore::queue {

/// The value of attempt_variable for an attempt's processes.
std::string attempt_mark(const Task& task, AttemptId attempt);

/// Finds tasks whose worker died, at any time and in any number of processes at once: ends what is
/// left of their processes, sees whether their result was published, and lets the store decide what
/// becomes of them. `repo` is asked for only when something may have been published.
/// Returns how many there were.
std::size_t recover(Store& store, const std::function<git::Repo&()>& repo);

}  // namespace expcore::queue
