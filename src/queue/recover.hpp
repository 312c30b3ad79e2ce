#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "git/repo.hpp"
#include "queue/results.hpp"
#include "queue/store.hpp"

namespace expcore::queue {

/// The value of run::attempt_variable for an attempt's processes.
std::string attempt_mark(const Task& task, AttemptId attempt);

/// What an attempt that nobody makes any more had published before; nullopt when it had not.
std::optional<PublishedResult> published_result(const Store& store, AttemptId attempt,
                                                const std::function<git::Repo&()>& repo);

/// Finds tasks whose worker died, at any time and in any number of processes at once: ends what is
/// left of their processes, sees whether their result was published, and lets the store decide what
/// becomes of them. `repo` is asked for only when something may have been published.
/// Returns how many there were.
std::size_t recover(Store& store, const std::function<git::Repo&()>& repo);

/// The queue as it is now that tasks of dead workers have been dealt with; nullopt when it was
/// never used.
std::optional<Store> open_recovered(const std::string& folder,
                                    const std::function<git::Repo&()>& repo);

/// Removes tasks, none of which runs, with their logs and what only they need.
void remove_tasks(Store& store, git::Repo& repo, const std::vector<Task>& tasks);

}  // namespace expcore::queue
