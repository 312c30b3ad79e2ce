#include "run/job.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <thread>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "base/text.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore {

JobEngine::~JobEngine() = default;

}  // namespace expcore

namespace expcore::run {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// The files of one job.
struct JobFolder {
  std::string path;

  std::string record() const { return fs::join(path, "record.json"); }
  std::string script() const { return fs::join(path, "script"); }
  std::string log() const { return fs::join(path, "log"); }
  std::string exit() const { return fs::join(path, "exit"); }
  std::string lock() const { return fs::join(path, "lock"); }
  /// There until the script begins, which takes it away first: nothing else lets it begin.
  std::string ticket() const { return fs::join(path, "ticket"); }
  std::string started() const { return fs::join(path, "started"); }
};

/// What outlives the program that submits a job.
struct JobRecord {
  std::string engine;
  std::string id;  ///< "" as long as the engine has not told.
  std::string root;
  std::string mark;
  bool may_be_attached = false;
};

std::optional<JobRecord> read_record(const JobFolder& folder) {
  const auto text = fs::read_file_if_exists(folder.record());
  if (!text) return std::nullopt;
  const yaml::Value value = yaml::parse_json(*text);
  const auto member = [&](const char* name) {
    const yaml::Value* found = value.find(name);
    return found != nullptr && found->is_string() ? found->string() : "";
  };
  const yaml::Value* may_be_attached = value.find("may_be_attached");
  return JobRecord{
      member("engine"), member("id"), member("root"), member("mark"),
      may_be_attached != nullptr && may_be_attached->is_boolean() && may_be_attached->boolean()};
}

void write_record(const JobFolder& folder, const JobRecord& record) {
  yaml::Map members;
  members.append("engine", record.engine);
  members.append("id", record.id);
  members.append("root", record.root);
  members.append("mark", record.mark);
  members.append("may_be_attached", record.may_be_attached);
  fs::write_atomic(folder.record(), yaml::dump_json(std::move(members)) + "\n",
                   fs::Durability::full);
}

std::string text_of(const JobFolder& folder, const JobScript& script) {
  std::string text = "#!/bin/sh\n";
  text += fmt::format("job={}\n", shell_quote(folder.path));
  text +=
      "mv \"$job/ticket\" \"$job/started\" 2>/dev/null || exit 0  # withdrawn, or a second time\n";
  text +=
      "finish() { echo \"$1 $2\" > \"$job/exit.new\" && mv \"$job/exit.new\" \"$job/exit\"; "
      "exit \"$1\"; }\n";
  for (const auto& [name, value] : script.settings)
    text += fmt::format("export {}={}\n", name, shell_quote(value));
  text += fmt::format("cd {} || finish 1 0\n", shell_quote(script.directory));
  for (std::size_t i = 0; i < script.commands.size(); ++i) {
    std::vector<std::string> words;
    for (const auto& word : script.commands[i])
      words.push_back(shell_quote(word));
    text += fmt::format("{} || finish $? {}\n", join(words, " "), i);
  }
  text += "finish 0 0\n";
  return text;
}

std::optional<JobEnd> read_end(const JobFolder& folder) {
  const auto text = fs::read_file_if_exists(folder.exit());
  if (!text) return std::nullopt;
  const auto words = split(trim(*text), ' ');
  JobEnd end;
  if (words.size() != 2) throw Error(Errc::parse, fmt::format("'{}' is invalid", folder.exit()));
  std::from_chars(words[0].data(), words[0].data() + words[0].size(), end.code);
  std::from_chars(words[1].data(), words[1].data() + words[1].size(), end.command);
  return end;
}

/// Whether the script will never begin from now on.
bool withdraw(const JobFolder& folder) {
  if (fs::exists(folder.started())) return false;
  fs::remove(folder.ticket());
  return !fs::exists(folder.started());
}

/// Hands over what a job's log grows by.
class LogReader {
 public:
  explicit LogReader(std::string path) : path_(std::move(path)) {}

  void pass_on(const OutputCallback& on_output) {
    if (!file_.is_open()) {
      if (!fs::exists(path_)) return;
      file_ = fs::open_file(path_, O_RDONLY);
    }
    std::array<char, 65536> buffer;
    while (true) {
      const auto count = fs::read_some(file_, buffer.data(), buffer.size(), path_);
      if (count == 0) return;
      if (on_output) on_output(1, {buffer.data(), count});
    }
  }

 private:
  std::string path_;
  fs::Descriptor file_;
};

/// One job on its way to its end.
class Running {
 public:
  Running(const Engine& engine, const JobFolder& folder, std::string id,
          const JobListener& listener)
      : engine_(engine),
        folder_(folder),
        id_(std::move(id)),
        listener_(listener),
        log_(folder.log()) {}

  JobEnd wait() {
    while (true) {
      if (const auto end = look()) return *end;
      if (listener_.limits.cancel != nullptr && listener_.limits.cancel->requested()) stop();
      if (listener_.limits.abandon != nullptr && listener_.limits.abandon->requested()) stop();
      if (is_late()) time_out();
      pause();
    }
  }

  /// Has the job ended. False when the engine did not manage to in time.
  bool end(std::chrono::milliseconds grace) {
    const bool never_begins = withdraw(folder_);
    if (id_.empty()) return never_begins || fs::exists(folder_.exit());
    try {
      engine_.jobs->cancel(id_);
      const auto deadline = Clock::now() + grace;
      while (!fs::exists(folder_.exit()) && engine_.jobs->is_alive(id_)) {
        if (Clock::now() > deadline) return never_begins;
        std::this_thread::sleep_for(
            std::min(engine_.capabilities.poll_interval, shortest_pause * 10));
      }
    } catch (const std::exception& error) {
      warn(fmt::format("job {} cannot be cancelled: {}", id_, error.what()));
      return never_begins;
    }
    return true;
  }

 private:
  static constexpr auto shortest_pause = 5ms;
  static constexpr auto longest_pause = 200ms;

  /// The end, when it has come.
  std::optional<JobEnd> look() {
    if (auto end = read_end(folder_)) {
      log_.pass_on(listener_.on_output);
      return end;
    }
    log_.pass_on(listener_.on_output);
    if (id_.empty() || Clock::now() < next_poll_) return std::nullopt;
    next_poll_ = Clock::now() + engine_.capabilities.poll_interval;
    if (is_alive()) {
      gone_.reset();
    } else if (!gone_) {
      gone_ = Clock::now();
    } else if (Clock::now() - *gone_ >= patience()) {
      // On network file systems a file may be seen later than the news of its writer.
      if (auto end = read_end(folder_)) return end;
      log_.pass_on(listener_.on_output);
      throw Error(Errc::stage_failed,
                  fmt::format("job {} is lost: it is over and left no exit code", id_));
    }
    return std::nullopt;
  }

  std::chrono::milliseconds patience() const {
    return std::max<std::chrono::milliseconds>(2 * engine_.capabilities.poll_interval, 100ms);
  }

  bool is_alive() {
    try {
      return engine_.jobs->is_alive(id_);
    } catch (const std::exception& error) {
      if (!std::exchange(warned_, true))
        warn(fmt::format("job {} cannot be looked at: {}; trying again", id_, error.what()));
      return true;
    }
  }

  bool is_late() {
    if (listener_.limits.timeout.count() == 0) return false;
    if (!deadline_ && fs::exists(folder_.started())) {
      deadline_ = Clock::now() + listener_.limits.timeout;
    }
    return deadline_ && Clock::now() >= *deadline_;
  }

  [[noreturn]] void stop() {
    end(listener_.limits.grace);
    log_.pass_on(listener_.on_output);
    throw Error(Errc::cancelled, "interrupted by the user");
  }

  [[noreturn]] void time_out() {
    end(listener_.limits.grace);
    log_.pass_on(listener_.on_output);
    const double seconds = static_cast<double>(listener_.limits.timeout.count()) / 1000;
    throw Error(Errc::stage_failed, fmt::format("timed out after {}s", seconds));
  }

  void pause() {
    std::array<pollfd, 2> ends{{{poll_fd_of(listener_.limits.cancel), POLLIN, 0},
                                {poll_fd_of(listener_.limits.abandon), POLLIN, 0}}};
    ::poll(ends.data(), ends.size(), static_cast<int>(pause_.count()));
    pause_ = std::min<std::chrono::milliseconds>(pause_ * 3 / 2 + 1ms, longest_pause);
  }

  void warn(const std::string& text) const {
    if (listener_.on_warning) listener_.on_warning(text);
  }

  const Engine& engine_;
  const JobFolder& folder_;
  std::string id_;
  const JobListener& listener_;
  LogReader log_;
  std::chrono::milliseconds pause_ = shortest_pause;
  Clock::time_point next_poll_ = Clock::now() + engine_.capabilities.poll_interval;
  std::optional<Clock::time_point> gone_;
  std::optional<Clock::time_point> deadline_;
  bool warned_ = false;
};

/// Held while the folders of jobs come and go: shared by who makes and locks one, alone by who
/// looks for folders without a holder or removes one. Otherwise a folder could be taken for a dead
/// program's before its maker has locked it, or grow while it is removed.
fs::Descriptor hold(const std::string& jobs_folder, fs::Share share) {
  fs::make_directories(jobs_folder);
  while (true) {
    if (auto held = fs::try_lock_folder(jobs_folder, share)) return std::move(*held);
    std::this_thread::sleep_for(1ms);
  }
}

/// Makes the folder of a job that shall run. Waits a while for who only looks at a former one.
fs::LockFile lock_own(const JobFolder& folder) {
  constexpr auto patience = 2s;
  const auto deadline = Clock::now() + patience;
  while (true) {
    {
      const auto held = hold(fs::parent(folder.path), fs::Share::shared);
      fs::make_directories(folder.path);
      if (auto lock = fs::LockFile::try_acquire(folder.lock())) return std::move(*lock);
    }
    if (Clock::now() > deadline)
      throw Error(Errc::busy, fmt::format("'{}' is in use", folder.path));
    std::this_thread::sleep_for(10ms);
  }
}

/// The lock of a folder that a dead program left; nullopt when its program lives or it is gone.
std::optional<fs::LockFile> lock_orphan(const JobFolder& folder) {
  const auto held = hold(fs::parent(folder.path), fs::Share::exclusive);
  if (!fs::is_directory(folder.path)) return std::nullopt;
  return fs::LockFile::try_acquire(folder.lock());
}

std::string submit(const Engine& engine, const JobFolder& folder, JobWish& wish) {
  wish.job.script = folder.script();
  wish.job.log = folder.log();
  fs::write_atomic(folder.script(), text_of(folder, wish.script), fs::Durability::none, 0700);
  fs::write_atomic(folder.ticket(), "");
  JobRecord record{engine.name, "", wish.root, wish.mark, wish.may_attach};
  write_record(folder, record);
  try {
    record.id = engine.jobs->submit(wish.job);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(Errc::stage_failed, error.what());
  }
  if (record.id.empty()) throw Error(Errc::stage_failed, "the executor gave the job no name");
  write_record(folder, record);
  return record.id;
}

/// A job that was not waited for to its end may still be at work: then its folder stays, and keeps
/// others away.
void tidy(const JobFolder& folder, bool is_over) {
  if (!is_over) return;
  const auto held = hold(fs::parent(folder.path), fs::Share::exclusive);
  fs::remove_tree(folder.path);
}

/// Until nothing can happen any more on behalf of what is in the folder.
void clear(const Engine& engine, const JobFolder& folder, const JobRecord& record,
           const JobListener& listener) {
  Running former(engine, folder, record.id, listener);
  if (!former.end(listener.limits.grace) && !fs::exists(folder.exit())) {
    throw Error(Errc::stage_failed,
                fmt::format("job {} of a former attempt does not end", record.id));
  }
  for (const auto& entry : fs::list_directory(folder.path)) {
    if (entry.name != "lock") fs::remove(fs::join(folder.path, entry.name));
  }
}

}  // namespace

JobEnd run_job(const Engine& engine, JobWish wish, const JobListener& listener) {
  const JobFolder folder{wish.folder};
  const fs::LockFile lock = lock_own(folder);
  auto record = read_record(folder);
  const bool is_ours = record && record->engine == engine.name;
  if (record && !is_ours && !fs::exists(folder.exit()) && !withdraw(folder)) {
    throw Error(Errc::busy, fmt::format("the executor '{}' may still run this stage as job {}",
                                        record->engine, record->id));
  }
  const bool attaches = is_ours && wish.may_attach && engine.capabilities.jobs_outlive_us &&
                        (!record->id.empty() || fs::exists(folder.started()));
  if (record && !attaches) clear(engine, folder, *record, listener);
  std::string id;
  if (attaches) {
    id = record->id;
    if (listener.on_attach) listener.on_attach(id);
  } else {
    try {
      id = submit(engine, folder, wish);
    } catch (...) {
      tidy(folder, withdraw(folder));
      throw;
    }
  }
  Running running(engine, folder, id, listener);
  try {
    JobEnd end = running.wait();
    end.root = attaches ? record->root : wish.root;
    tidy(folder, true);
    return end;
  } catch (...) {
    tidy(folder, fs::exists(folder.exit()) || running.end(0ms));
    throw;
  }
}

std::string jobs_folder(const pipeline::Workspace& workspace) {
  return fs::join(fs::parent(workspace.flights), "jobs");
}

std::vector<std::string> roots_of_jobs(const std::string& jobs_folder) {
  std::vector<std::string> roots;
  if (!fs::is_directory(jobs_folder)) return roots;
  for (const auto& entry : fs::list_directory(jobs_folder)) {
    const auto record = read_record({fs::join(jobs_folder, entry.name)});
    if (record) roots.push_back(record->root);
  }
  return roots;
}

std::vector<OrphanedJob> orphaned_jobs(const std::string& jobs_folder) {
  std::vector<OrphanedJob> orphans;
  if (!fs::is_directory(jobs_folder)) return orphans;
  for (const auto& entry : fs::list_directory(jobs_folder)) {
    const JobFolder folder{fs::join(jobs_folder, entry.name)};
    const auto lock = lock_orphan(folder);
    if (!lock) continue;
    const auto record = read_record(folder).value_or(JobRecord{});
    const bool can_begin = fs::exists(folder.ticket()) || fs::exists(folder.started());
    orphans.push_back({folder.path, record.engine, record.id, record.mark, record.may_be_attached,
                       fs::exists(folder.exit()) || !can_begin});
  }
  return orphans;
}

void end_unwanted_jobs(const Engine& engine, const std::string& jobs_folder,
                       const std::function<bool(const std::string& mark)>& is_wanted) {
  if (!fs::is_directory(jobs_folder)) return;
  for (const auto& entry : fs::list_directory(jobs_folder)) {
    const JobFolder folder{fs::join(jobs_folder, entry.name)};
    const auto lock = lock_orphan(folder);
    if (!lock) continue;  // its program lives
    const auto record = read_record(folder);
    if (record && record->engine != engine.name) continue;
    if (record && record->may_be_attached && is_wanted(record->mark)) continue;
    const bool is_over =
        !record || fs::exists(folder.exit()) || Running(engine, folder, record->id, {}).end(0ms);
    tidy(folder, is_over);
  }
}

}  // namespace expcore::run
