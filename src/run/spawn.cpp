#include "run/spawn.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <expcore/error.hpp>

#include "fs/file.hpp"

namespace expcore::run {
namespace {

using fs::Descriptor;
using fs::fail;

/// Everything posix_spawn needs, made before a keeper is cloned: a clone must not allocate.
class Prepared {
 public:
  explicit Prepared(SpawnRequest& request)
      : argv_(pointers(request.argv)), settings_(pointers(request.settings)) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_addchdir_np(&actions_, request.directory.c_str());
    const std::array<int, 3> streams = {request.input, request.output, request.errors};
    for (int i = 0; i < 3; ++i) {
      if (streams[static_cast<std::size_t>(i)] >= 0) {
        posix_spawn_file_actions_adddup2(&actions_, streams[static_cast<std::size_t>(i)], i);
      }
    }
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                (request.own_group ? POSIX_SPAWN_SETPGROUP : 0)));
  }
  ~Prepared() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  /// 0 or an errno.
  int spawn(pid_t& pid) {
    return ::posix_spawnp(&pid, argv_[0], &actions_, &attributes_, argv_.data(), settings_.data());
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (auto& text : texts)
      result.push_back(text.data());
    result.push_back(nullptr);
    return result;
  }

  std::vector<char*> argv_;
  std::vector<char*> settings_;
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// Whether a child's status could get lost: the kernel drops it, or a handler takes it.
bool host_minds_children() {
  struct sigaction now {};
  return ::sigaction(SIGCHLD, nullptr, &now) == 0 &&
         (now.sa_handler != SIG_DFL || (now.sa_flags & SA_NOCLDWAIT) != 0);
}

pid_t wait_for(pid_t pid, int& status, int options) {
  pid_t got = 0;
  do {
    got = ::waitpid(pid, &status, options);
  } while (got < 0 && errno == EINTR);
  return got;
}

bool write_all(int fd, const void* data, std::size_t size) {
  ssize_t put = 0;
  do {
    put = ::write(fd, data, size);
  } while (put < 0 && errno == EINTR);
  return put == static_cast<ssize_t>(size);
}

/// Whether all of it came.
bool read_all(int fd, void* data, std::size_t size) {
  ssize_t got = 0;
  do {
    got = ::read(fd, data, size);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(size);
}

struct Started {
  int error;
  pid_t pid;
};

/// The keeper's life: start, tell, wait, tell. Only what is safe after a clone of a process with
/// threads.
[[noreturn]] void keep(Prepared& prepared, int report) {
  // SIGCHLD alone decides whether a status can be waited for; every other signal stays blocked.
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &plain, nullptr);
  Started started{};
  started.error = prepared.spawn(started.pid);
  // The host's files must not stay open because of us.
  if (report > 0) ::syscall(SYS_close_range, 0U, static_cast<unsigned>(report) - 1, 0U);
  ::syscall(SYS_close_range, static_cast<unsigned>(report) + 1, ~0U, 0U);
  write_all(report, &started, sizeof started);
  int status = 0;
  if (started.error == 0 && wait_for(started.pid, status, 0) > 0)
    write_all(report, &status, sizeof status);
  ::_exit(0);
}

}  // namespace

Spawned::Spawned(SpawnRequest request) {
  if (host_minds_children()) {
    start_with_keeper(request);
  } else {
    start_directly(request);
  }
}

void Spawned::start_directly(SpawnRequest& request) {
  Prepared prepared(request);
  const int error = prepared.spawn(pid_);
  if (error != 0) fail(error, request.argv[0]);
  ended_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

void Spawned::start_with_keeper(SpawnRequest& request) {
  Prepared prepared(request);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno, "pipe");
  report_ = Descriptor(ends[0]);
  Descriptor write(ends[1]);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  // As fork(), but without a signal at its end.
  const long made = ::syscall(SYS_clone, 0L, nullptr, nullptr, nullptr, nullptr);
  if (made == 0) keep(prepared, write.get());
  const int clone_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (made < 0) fail(clone_error, request.argv[0]);
  write.close();
  keeper_ = static_cast<pid_t>(made);
  ended_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, keeper_, 0)));
  Started started{};
  const bool told = read_all(report_.get(), &started, sizeof started);
  if (told && started.error == 0) {
    pid_ = started.pid;
    return;
  }
  int status = 0;
  wait_for(keeper_, status, __WALL);
  reaped_ = true;
  fail(told ? started.error : EAGAIN, request.argv[0]);
}

Spawned::~Spawned() {
  if (reaped_) return;
  int status = 0;
  wait_for(keeper_ >= 0 ? keeper_ : pid_, status, __WALL);
}

int Spawned::wait() {
  int status = 0;
  const bool reported = keeper_ >= 0 && read_all(report_.get(), &status, sizeof status);
  int own = 0;
  const pid_t got = wait_for(keeper_ >= 0 ? keeper_ : pid_, own, __WALL);
  reaped_ = true;
  if (keeper_ >= 0 ? !reported : got < 0) {
    throw Error(Errc::internal, "the exit status of a command was lost");
  }
  return keeper_ >= 0 ? status : own;
}

}  // namespace expcore::run
