#include "run/ledger.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "run/bell.hpp"
#include "run/process_tree.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::run {
namespace {

constexpr int first_pause = 1;    // ms; for a ledger that is held for less than that
constexpr int retry_pause = 100;  // ms; when a process cannot be watched
constexpr int last_pause = 1000;  // ms; in case that a file system does not tell

std::string tickets_of(const std::string& folder) { return fs::join(folder, "tickets"); }

yaml::List to_list(const std::vector<std::string>& texts) {
  return yaml::List(texts.begin(), texts.end());
}

yaml::Value to_value(const Request& request) {
  yaml::Map members;
  if (request.says_cpus) members.append("cpus", request.cpus);
  if (request.gpus > 0) members.append("gpus", request.gpus);
  if (request.memory > 0) members.append("memory", request.memory);
  if (!request.mutexes.empty()) members.append("mutex", to_list(request.mutexes));
  yaml::Map tokens;
  for (const auto& [name, count] : request.tokens)
    tokens.append(name, count);
  if (!tokens.empty()) members.append("tokens", std::move(tokens));
  return members;
}

/// 0 for a name that is no ticket's.
std::uint64_t number_of(const std::string& name) {
  std::uint64_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

/// A ticket as another process wrote it.
struct Foreign {
  Ticket ticket;
  int pid = 0;
  std::string mark;
};

Foreign parse(const std::string& text, const std::string& path) {
  try {
    const yaml::Value value = yaml::parse_json(text);
    const auto member = [&](const char* name) -> const yaml::Value& {
      const yaml::Value* found = value.find(name);
      if (found == nullptr) throw Error(Errc::parse, fmt::format("no '{}'", name));
      return *found;
    };
    Foreign foreign;
    foreign.pid = static_cast<int>(member("pid").integer());
    foreign.mark = member("mark").string();
    foreign.ticket.holds = member("holds").boolean();
    for (const auto& id : member("gpus").list())
      foreign.ticket.gpus.push_back(id.string());
    foreign.ticket.request = parse_request_members(member("request").map(), "request");
    return foreign;
  } catch (Error& error) {
    error.add_context(fmt::format("'{}' is invalid", path));
    throw;
  }
}

/// What a dead holder's commands still use is not free yet.
void end_leftovers(const std::string& text, const std::string& path) {
  std::string mark;
  try {
    mark = parse(text, path).mark;
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): it died while it wrote, before any ran
  }
  if (!mark.empty()) kill_marked_processes(mark);
}

std::string read_to_end(const fs::Descriptor& file, const std::string& path) {
  std::string text(static_cast<std::size_t>(fs::stat(file, path).size), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto count = fs::read_some(file, text.data() + size, text.size() - size, path);
    if (count == 0) break;
    size += count;
  }
  text.resize(size);
  return text;
}

/// Held for as long as tickets are read and one is written.
fs::LockFile lock_ledger(const std::string& folder, const CancelToken* cancel) {
  const std::string path = fs::join(folder, "lock");
  pollfd end{poll_fd_of(cancel), POLLIN, 0};
  while (true) {
    if (auto lock = fs::LockFile::try_acquire(path)) return std::move(*lock);
    stop_if_requested(cancel);
    ::poll(&end, 1, first_pause);
  }
}

/// Until somebody gave something back or died, or the wait is to end.
void wait_for_change(Bell& bell, const std::vector<int>& pids, const Ledger::Waiting& waiting) {
  std::vector<pollfd> polled = {{bell.poll_fd(), POLLIN, 0},
                                {poll_fd_of(waiting.cancel), POLLIN, 0},
                                {poll_fd_of(waiting.abandon), POLLIN, 0}};
  std::vector<fs::Descriptor> processes;
  int pause = last_pause;
  for (const int pid : pids) {
    fs::Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process.is_open()) {  // dead by now, or of another machine
      pause = retry_pause;
      continue;
    }
    polled.push_back({process.get(), POLLIN, 0});
    processes.push_back(std::move(process));
  }
  ::poll(polled.data(), polled.size(), pause);
  bell.silence();
}

}  // namespace

Share::Share(std::string folder, std::string path)
    : folder_(std::move(folder)),
      path_(std::move(path)),
      file_(fs::open_file(path_, O_RDWR | O_CREAT | O_EXCL)) {
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) fs::fail(errno, path_);
}

Share::~Share() {
  if (!file_.is_open()) return;
  // Before the lock is freed: a ticket that is there and not locked is that of a dead process.
  fs::discard(path_);
  file_.close();
  try {
    ring(folder_);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): who waits looks after a second
  }
}

void Share::write(const std::string& text) const {
  if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0) {
    fs::fail(errno, path_);
  }
  fs::write_all(file_, text, path_);
}

struct Ledger::Others {
  std::vector<Ticket> before;  ///< In the order in which they came.
  std::vector<Ticket> after;
  std::vector<int> pids;
  std::uint64_t last_number = 0;
};

/// Under the ledger's lock. Tickets of the dead go. `mine` is the name of the own one, which is in
/// neither list.
Ledger::Others Ledger::read_others(const std::string& mine) const {
  const std::string folder = tickets_of(options_.folder);
  std::vector<std::string> names;
  for (const auto& entry : fs::list_directory(folder))
    names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  Others others;
  for (const auto& name : names) {
    others.last_number = std::max(others.last_number, number_of(name));
    if (name == mine) continue;
    const std::string path = fs::join(folder, name);
    fs::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) continue;  // given back just now
    const std::string text = read_to_end(file, path);
    if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) {
      if (fs::stat(file, path).links == 0) continue;  // as well
      end_leftovers(text, path);
      fs::discard(path);
      continue;
    }
    Foreign foreign = parse(text, path);
    if (foreign.pid != ::getpid()) others.pids.push_back(foreign.pid);
    (mine.empty() || name < mine ? others.before : others.after)
        .push_back(std::move(foreign.ticket));
  }
  return others;
}

const Capacity& Ledger::capacity() {
  if (!capacity_) capacity_ = options_.capacity();
  return *capacity_;
}

std::string Ledger::text_of(const Request& request, const Share& share, bool holds) const {
  yaml::Map members;
  members.append("pid", std::int64_t{::getpid()});
  members.append("name", options_.name);
  members.append("mark", options_.mark);
  members.append("holds", holds);
  members.append("gpus", to_list(share.gpus_));
  members.append("request", to_value(request));
  return yaml::dump_json(std::move(members)) + "\n";
}

Share Ledger::draw(const Others& others) const {
  // The width keeps names in order.
  return {options_.folder,
          fs::join(tickets_of(options_.folder), fmt::format("{:020}", others.last_number + 1))};
}

Allotment Ledger::decide(const Request& request, const Others& others) {
  if (request.asks_for_nothing() && others.before.empty() && others.after.empty()) {
    return {Grant{request, {}}, ""};
  }
  std::vector<Ticket> tickets = others.before;
  tickets.push_back({request, false, {}});
  tickets.insert(tickets.end(), others.after.begin(), others.after.end());
  return allot(capacity(), tickets, others.before.size());
}

void Ledger::grant(Share& share, const Request& request, Grant grant) const {
  share.gpus_ = std::move(grant.gpus);
  share.write(text_of(request, share, true));
}

std::optional<Share> Ledger::try_take(const Request& request) {
  fs::make_directories(tickets_of(options_.folder));
  const fs::LockFile lock = lock_ledger(options_.folder, nullptr);
  const Others others = read_others("");
  Allotment allotment = decide(request, others);
  if (!allotment.grant) return std::nullopt;
  Share share = draw(others);
  grant(share, request, std::move(*allotment.grant));
  return share;
}

Share Ledger::take(const Request& request, const Waiting& waiting) {
  fs::make_directories(tickets_of(options_.folder));
  std::optional<Share> share;
  std::optional<Bell> bell;
  bool told = false;
  while (true) {
    Others others;
    Allotment allotment;
    {
      const fs::LockFile lock = lock_ledger(options_.folder, waiting.cancel);
      others = read_others(share ? fs::filename(share->path_) : "");
      allotment = decide(request, others);
      const bool is_new = !share;
      if (is_new) share.emplace(draw(others));
      if (allotment.grant) {
        grant(*share, request, std::move(*allotment.grant));
        return std::move(*share);
      }
      if (is_new) share->write(text_of(request, *share, false));
    }
    if (!bell) {
      bell.emplace(options_.folder);
      continue;  // what was given back before the bell was there
    }
    if (!std::exchange(told, true) && waiting.on_wait) waiting.on_wait(allotment.lacks);
    wait_for_change(*bell, others.pids, waiting);
    stop_if_requested(waiting.cancel);
    stop_if_requested(waiting.abandon);
  }
}

}  // namespace expcore::run
