#pragma once
#include <set>
#include <string>
#include <vector>

#include "queue/task.hpp"

/// Looks into `queue.db` for what its own rules exclude: only damage or foreign hands make it so.
namespace expcore::queue {

/// What SQLite finds wrong with the file; empty when nothing is.
std::vector<std::string> damage(const std::string& folder);

/// A waiting task whose place does not fit the tasks that it comes after.
struct OrderFault {
  std::string task;
  std::string failed;  ///< One of those, which failed; "" when only their number is wrong.
};
std::vector<OrderFault> order_faults(const std::string& folder);
/// Such tasks fail, or wait for as many as there are.
void mend_order(const std::string& folder);

/// Tasks that failed because one that they come after had, while all of these have succeeded since.
std::vector<std::string> outdated_failures(const std::string& folder);

/// The log files that attempts have.
std::set<std::string> known_logs(const std::string& folder);

}  // namespace expcore::queue
