#include "run/rw_lock.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <set>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "yaml/reader.hpp"
#include "yaml/value.hpp"
#include "yaml/writer.hpp"

namespace expcore::run {

const char* const repo_lock_busy =
    "Unable to acquire lock. Most likely another DVC process is running or was terminated "
    "abruptly. Check the page "
    "<https://dvc.org/doc/user-guide/troubleshooting#lock-issue> for other possible reasons and to "
    "learn how to resolve this.";

namespace {

struct Holder {
  std::int64_t pid = 0;
  std::string command;
  friend bool operator==(const Holder&, const Holder&) = default;
};

struct Entry {
  std::string path;
  Holder holder;
};

/// The file's content: who reads and who writes what.
struct Table {
  std::vector<Entry> reads;
  std::vector<Entry> writes;
};

/// What messages need.
struct Reporter {
  const std::function<void(const std::string&)>& on_warning;
  const std::function<std::string(const std::string&)>& shown;
};

[[noreturn]] void fail_format(const std::string& file) {
  throw Error(Errc::parse, fmt::format("RWLock-file '{}' format error.", file));
}

Holder parse_holder(const yaml::Value& value, const std::string& file) {
  const auto* pid = value.find("pid");
  const auto* command = value.find("cmd");
  if (pid == nullptr || !pid->is_integer() || command == nullptr || !command->is_string()) {
    fail_format(file);
  }
  return {pid->integer(), command->string()};
}

Table parse_table(const yaml::Value& root, const std::string& file) {
  Table table;
  if (!root.is_map()) fail_format(file);
  for (const auto& [key, members] : root.map()) {
    const bool is_write = key.is_string() && key.string() == "write";
    if (!members.is_map() || (!is_write && key.string() != "read")) fail_format(file);
    for (const auto& [path, holders] : members.map()) {
      if (is_write) {
        table.writes.push_back({path.string(), parse_holder(holders, file)});
        continue;
      }
      if (!holders.is_list()) fail_format(file);
      for (const auto& holder : holders.list()) {
        table.reads.push_back({path.string(), parse_holder(holder, file)});
      }
    }
  }
  return table;
}

yaml::Value holder_value(const Holder& holder) {
  yaml::Map map;
  map.append("pid", holder.pid);
  map.append("cmd", holder.command);
  return map;
}

std::string table_text(const Table& table) {
  yaml::Map root;
  if (!table.writes.empty()) {
    yaml::Map writes;
    for (const auto& entry : table.writes)
      writes.append(entry.path, holder_value(entry.holder));
    root.append("write", std::move(writes));
  }
  if (!table.reads.empty()) {
    yaml::Map reads;
    for (const auto& entry : table.reads) {
      if (auto* list = reads.find(entry.path)) {
        list->list().push_back(holder_value(entry.holder));
      } else {
        reads.append(entry.path, yaml::List{holder_value(entry.holder)});
      }
    }
    root.append("read", std::move(reads));
  }
  return yaml::dump_json(root);
}

bool is_alive(std::int64_t pid) {
  return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

bool overlaps(const std::string& a, const std::string& b) {
  return fs::is_within(a, b) || fs::is_within(b, a);
}

bool was_written_before_boot(const std::string& path) {
  const auto found = fs::stat(path);
  timespec now{};
  timespec up{};
  if (!found || ::clock_gettime(CLOCK_REALTIME, &now) != 0 ||
      ::clock_gettime(CLOCK_BOOTTIME, &up) != 0) {
    return false;
  }
  return found->mtime_ns / 1'000'000'000 < now.tv_sec - up.tv_sec;
}

/// Whether what is left of a table names a process that lives.
bool names_the_living(std::string_view text) {
  constexpr std::string_view key = "\"pid\": ";
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    std::int64_t pid = 0;
    std::from_chars(text.data() + at + key.size(), text.data() + text.size(), pid);
    if (pid > 0 && is_alive(pid)) return true;
  }
  return false;
}

/// The entries other processes hold on anything that overlaps `paths`, dead ones removed.
std::vector<Holder> blockers(std::vector<Entry>& entries, const std::string& path,
                             const Holder& self, const Reporter& reporter) {
  std::vector<Holder> found;
  std::set<std::int64_t> dead;
  for (const auto& entry : entries) {
    if (entry.holder == self || !overlaps(entry.path, path)) continue;
    if (is_alive(entry.holder.pid)) {
      found.push_back(entry.holder);
    } else if (dead.insert(entry.holder.pid).second && reporter.on_warning) {
      reporter.on_warning(fmt::format(
          "Process '{}' with (Pid {}), in RWLock-file '{}' had been killed. Auto removed it from "
          "the lock file.",
          entry.holder.command, entry.holder.pid, reporter.shown(entry.path)));
    }
  }
  std::erase_if(entries, [&](const Entry& entry) { return dead.contains(entry.holder.pid); });
  return found;
}

void check_entry_free(std::vector<Entry>& entries, const std::string& path, const Holder& self,
                      const std::string& tmp_dir, const Reporter& reporter) {
  const auto found = blockers(entries, path, self, reporter);
  if (found.empty()) return;
  std::string list;
  for (const auto& holder : found) {
    list += fmt::format("\n  (PID {}): {}", holder.pid, holder.command);
  }
  throw Error(
      Errc::busy,
      fmt::format("'{}' is busy, it is being blocked by:{}\n\nIf there are no processes with "
                  "such PIDs, you can manually remove '{}' and try again.",
                  path, list, fs::join(tmp_dir, "rwlock")));
}

/// Drops entries of the dead on the way.
void check_free(Table& table, const std::vector<std::string>& reads,
                const std::vector<std::string>& writes, const Holder& self,
                const std::string& tmp_dir, const Reporter& reporter) {
  for (const auto& path : reads)
    check_entry_free(table.writes, path, self, tmp_dir, reporter);
  for (const auto& path : writes) {
    check_entry_free(table.writes, path, self, tmp_dir, reporter);
    check_entry_free(table.reads, path, self, tmp_dir, reporter);
  }
}

/// DVC writes in place: a kill or a power cut leaves it empty or in parts, and DVC refuses such a
/// file for ever. It is made anew here unless somebody named in it may be at work.
Table read_table(const std::string& path, const Reporter& reporter) {
  const std::string text = fs::read_file_if_exists(path).value_or("{}");
  const std::string shown = reporter.shown(path);
  yaml::Value root;
  try {
    root = yaml::parse_json(text);
  } catch (const Error&) {
    if (names_the_living(text) && !was_written_before_boot(path)) {
      throw Error(
          Errc::parse,
          fmt::format("Unable to read RWLock-file '{}'. JSON structure is corrupted", shown));
    }
    if (reporter.on_warning) {
      reporter.on_warning(fmt::format(
          "RWLock-file '{}' was cut off and names no process that lives. Made it anew.", shown));
    }
    return {};
  }
  return parse_table(root, shown);
}

/// Reads, changes and writes the table under its guard lock, which readers take, too.
template <typename Change>
void edit(const std::string& tmp_dir, const Reporter& reporter, Change&& change) {
  const auto guard = fs::LockFile::acquire(fs::join(tmp_dir, "rwlock.lock"),
                                           std::chrono::seconds(3), repo_lock_busy);
  const std::string file = fs::join(tmp_dir, "rwlock");
  Table table = read_table(file, reporter);
  const std::string before = table_text(table);
  change(table);
  const std::string after = table_text(table);
  if (after != before) fs::write_swapped(file, after);
}

void count_up(std::map<std::string, int>& held, const std::vector<std::string>& paths) {
  for (const auto& path : paths)
    ++held[path];
}

/// Counts a holder less of each path; those that have none left.
std::set<std::string> count_down(std::map<std::string, int>& held,
                                 const std::vector<std::string>& paths) {
  std::set<std::string> gone;
  for (const auto& path : paths) {
    const auto found = held.find(path);
    if (found == held.end() || --found->second > 0) continue;
    held.erase(found);
    gone.insert(path);
  }
  return gone;
}

void add_entries(std::vector<Entry>& entries, const std::vector<std::string>& paths,
                 const Holder& self) {
  for (const auto& path : paths) {
    const Entry entry{path, self};
    const bool there = std::any_of(entries.begin(), entries.end(), [&](const Entry& other) {
      return other.path == path && other.holder == self;
    });
    if (!there) entries.push_back(entry);
  }
}

void drop_entries(std::vector<Entry>& entries, const std::set<std::string>& paths,
                  const Holder& self) {
  std::erase_if(entries, [&](const Entry& entry) {
    return entry.holder == self && paths.contains(entry.path);
  });
}

}  // namespace

void RwLocks::check(const std::vector<std::string>& reads,
                    const std::vector<std::string>& writes) const {
  if (!fs::exists(fs::join(tmp_dir_, "rwlock"))) return;
  const Holder self{::getpid(), command_};
  const Reporter reporter{on_warning_, shown_};
  edit(tmp_dir_, reporter,
       [&](Table& table) { check_free(table, reads, writes, self, tmp_dir_, reporter); });
}

void RwLocks::take(const std::vector<std::string>& reads, const std::vector<std::string>& writes) {
  const Holder self{::getpid(), command_};
  const Reporter reporter{on_warning_, shown_};
  edit(tmp_dir_, reporter, [&](Table& table) {
    check_free(table, reads, writes, self, tmp_dir_, reporter);
    add_entries(table.reads, reads, self);
    add_entries(table.writes, writes, self);
  });
  count_up(reads_, reads);
  count_up(writes_, writes);
}

void RwLocks::release(const std::vector<std::string>& reads,
                      const std::vector<std::string>& writes) {
  const auto gone_reads = count_down(reads_, reads);
  const auto gone_writes = count_down(writes_, writes);
  const Holder self{::getpid(), command_};
  const Reporter reporter{on_warning_, shown_};
  edit(tmp_dir_, reporter, [&](Table& table) {
    drop_entries(table.reads, gone_reads, self);
    drop_entries(table.writes, gone_writes, self);
  });
}

RwLock::RwLock(RwLocks& locks, std::vector<std::string> reads, std::vector<std::string> writes)
    : locks_(locks), reads_(std::move(reads)), writes_(std::move(writes)) {
  locks_.take(reads_, writes_);
}

RwLock::~RwLock() {
  try {
    locks_.release(reads_, writes_);
  } catch (const Error&) {
    // The entries stay; the next process finds this one dead and drops them.
  }
}

}  // namespace expcore::run
