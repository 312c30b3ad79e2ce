#pragma once
#include <functional>
#include <string>
#include <vector>

#include "pipeline/workspace.hpp"
#include "queue/store.hpp"

namespace expcore::queue {

/// One thing that is not as it should be.
struct Finding {
  std::string kind;  ///< For programs, e.g. "lost_attempt". List: docs/formats/queue.md.
  std::string task;  ///< The one that it is about, by name; "" when it is about none.
  std::string what;
  std::string remedy;         ///< What `fix` does or, without it, what people can do.
  std::function<void()> fix;  ///< Empty when it takes a decision.
};

/// What crashes, deleted files and foreign hands have left of a queue, changing nothing: tasks
/// without an owner, tasks that cannot run, files and refs that nobody needs. Workers may be at
/// work meanwhile. Both arguments outlive the findings.
std::vector<Finding> examine(Store& store, pipeline::Workspace& workspace);

/// For a `queue.db` that cannot be used: `what` SQLite says.
Finding unusable_store(const std::string& what);

}  // namespace expcore::queue
