#include "queue/recover.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/attempt_log.hpp"
#include "queue/snapshot.hpp"
#include "run/bell.hpp"
#include "run/process_tree.hpp"

namespace expcore::queue {

std::string attempt_mark(const Task& task, AttemptId attempt) {
  return fmt::format("{}.{}", task.key, attempt);
}

namespace {

AttemptEnd end_of_lost(const Store& store, AttemptId attempt,
                       const std::function<git::Repo&()>& repo) {
  AttemptEnd end;
  end.outcome = AttemptOutcome::lost;
  end.message = "its worker died";
  const auto result = published_result(store, attempt, repo);
  if (!result) return end;
  end.outcome = AttemptOutcome::success;
  end.message.clear();
  end.result = result->commit;
  end.result_ref = result->ref;
  return end;
}

}  // namespace

std::optional<PublishedResult> published_result(const Store& store, AttemptId attempt,
                                                const std::function<git::Repo&()>& repo) {
  auto result = read_result(store, attempt);
  if (!result) return result;
  // Listing frees the ref's lock, too, where the worker died before it let go.
  const auto refs = repo().refs(result->ref);
  const bool is_there = std::any_of(refs.begin(), refs.end(), [&](const git::RefEntry& ref) {
    return ref.name == result->ref && ref.target == result->commit;
  });
  if (!is_there) result.reset();
  return result;
}

std::size_t recover(Store& store, const std::function<git::Repo&()>& repo) {
  const auto lost = store.lost();
  for (const auto& [task, attempt] : lost) {
    run::kill_marked_processes(attempt_mark(task, attempt));
    const AttemptEnd end = end_of_lost(store, attempt, repo);
    const auto ended = store.finish(attempt, end);
    if (!ended) continue;  // another process was faster
    const auto about = store.attempt(attempt);
    if (about) {
      AttemptLog log(fs::join(store.log_folder(), about->log));
      log.note(fmt::format("{}; the task is {}",
                           end.outcome == AttemptOutcome::success
                               ? "the worker died after the result was published"
                               : "the worker died",
                           to_text(ended->state)));
    }
  }
  if (!lost.empty()) {
    run::ring(store.folder());
    store.forget_dead_workers();
  }
  return lost.size();
}

std::optional<Store> open_recovered(const std::string& folder,
                                    const std::function<git::Repo&()>& repo) {
  auto store = Store::open_existing(folder);
  if (store) recover(*store, repo);
  return store;
}

void remove_tasks(Store& store, git::Repo& repo, const std::vector<Task>& tasks) {
  std::vector<TaskId> ids;
  std::vector<std::string> logs;
  for (const auto& task : tasks) {
    ids.push_back(task.id);
    if (task.attempt == 0) continue;
    for (const auto& attempt : store.attempts(task.id))
      logs.push_back(fs::join(store.log_folder(), attempt.log));
  }
  if (ids.empty()) return;
  store.change(ids, TaskEvent::remove);
  for (const auto& log : logs)
    fs::remove(log);
  release_snapshots(store, repo);
  run::ring(store.folder());
}

}  // namespace expcore::queue
