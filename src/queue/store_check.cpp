#include "queue/store_check.hpp"

#include <string_view>

#include <fmt/format.h>

#include "fs/path.hpp"
#include "queue/database.hpp"

namespace expcore::queue {
namespace {

/// The first failed task that a task comes after.
constexpr const char* failed_need =
    "(SELECT other.name FROM after JOIN task AS other ON other.id = after.needs WHERE after.task = "
    "task.id AND other.state = 5 ORDER BY other.id LIMIT 1)";
constexpr const char* open_needs =
    "(SELECT count(*) FROM after JOIN task AS other ON other.id = after.needs WHERE after.task = "
    "task.id AND other.state <> 4)";

Database open(const std::string& folder) { return Database(fs::join(folder, "queue.db")); }

std::vector<std::string> texts(const std::string& folder, std::string_view sql) {
  Database db = open(folder);
  Statement select = db.prepare(sql);
  std::vector<std::string> found;
  while (select.step())
    found.push_back(select.text(0));
  return found;
}

}  // namespace

std::vector<std::string> damage(const std::string& folder) {
  auto lines = texts(folder, "PRAGMA quick_check(10)");
  std::erase(lines, "ok");
  return lines;
}

std::vector<OrderFault> order_faults(const std::string& folder) {
  Database db = open(folder);
  Statement select =
      db.prepare(fmt::format("SELECT name, {0} FROM task WHERE state IN (1, 2) AND ({0} IS NOT "
                             "NULL OR blockers <> {1}) ORDER BY id",
                             failed_need, open_needs));
  std::vector<OrderFault> found;
  while (select.step())
    found.push_back({select.text(0), select.text(1)});
  return found;
}

void mend_order(const std::string& folder) {
  Database db = open(folder);
  Transaction transaction(db, Commit::durable);
  Statement fail = db.prepare(
      fmt::format("UPDATE task SET state = 5, reason = 'it comes after ''' || {0} || ''', which "
                  "failed' WHERE state IN (1, 2) AND {0} IS NOT NULL",
                  failed_need));
  do {
    fail.run();
  } while (db.changes() > 0);
  Statement count = db.prepare(fmt::format(
      "UPDATE task SET blockers = {0} WHERE state IN (1, 2) AND blockers <> {0}", open_needs));
  count.run();
  transaction.commit();
}

std::vector<std::string> outdated_failures(const std::string& folder) {
  return texts(folder,
               fmt::format("SELECT name FROM task WHERE state = 5 AND reason LIKE 'it comes "
                           "after %' AND EXISTS (SELECT 1 FROM after WHERE after.task = "
                           "task.id) AND {} = 0 ORDER BY id",
                           open_needs));
}

std::set<std::string> known_logs(const std::string& folder) {
  const auto logs = texts(folder, "SELECT log FROM attempt");
  return {logs.begin(), logs.end()};
}

}  // namespace expcore::queue
