#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <expcore/queue.hpp>

#include "api/impl.hpp"
#include "queue/store.hpp"

namespace expcore {

struct Queue::Impl {
  std::shared_ptr<const Project::Impl> project;

  std::string folder() const;
  /// Opens the repository when it is first asked.
  std::function<git::Repo&()> repo() const;
  /// The queue as it is now that tasks of dead workers have been dealt with; nullopt when it was
  /// never used.
  std::optional<queue::Store> existing() const;
  /// Throws: Error{not_found} "'x' is not a valid experiment name".
  std::vector<queue::Task> resolve(std::optional<queue::Store>& store,
                                   const std::vector<std::string>& names) const;
  std::string tmp_dir() const;
  /// Throws: Error{invalid_argument} when DVC's queue has one of them.
  void refuse_dvc_tasks(const std::vector<std::string>& names) const;
  void change(const std::vector<std::string>& names, queue::TaskEvent event) const;
  void wait_for_end(queue::Store& store, const std::vector<queue::AttemptId>& attempts) const;
};

namespace api {

QueueTask to_public(queue::Task task);

}  // namespace api
}  // namespace expcore
