/* kill_at N COMMAND…: runs a command and kills it, with every process and thread that it started,
 * at the Nth system call that could change a file; the call itself does not happen any more. N = 0
 * kills nothing. Prints, for each such call up to there, "<number> <name> <path>" into the file
 * $KILL_AT_LOG; absolute paths that are not below $KILL_AT_ROOT do not count. With $KILL_AT_ONE
 * only the process that makes the call is killed, and the others go on until they end. Exit status:
 * 137 when it killed, else the command's; 99 where ptrace is not allowed.
 *
 * A real SIGKILL between two system calls is what `kill -9` does: no destructor runs, whatever
 * libgit2, SQLite or the `git` program were about to do. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most = 4096, cannot_trace = 99, no_path = -1, syscall_stop = SIGTRAP | 0x80 };

/* What the kernel tells of a stop at a system call, on every machine alike (linux/ptrace.h;
 * glibc 2.36 has it under a name of its own). */
struct call_info {
  uint8_t op;
  uint8_t pad[3];
  uint32_t arch;
  uint64_t instruction;
  uint64_t stack;
  uint64_t number;
  uint64_t arguments[6];
  uint64_t more[2];
};
enum { get_call_info = 0x420e, at_entry = 1 };

/* The calls that change files: which argument names the file, and which holds flags of open() or a
 * descriptor. */
struct call {
  long number;
  const char* name;
  int path;
  int flags;
  int descriptor;
};
static const struct call calls[] = {
#ifdef SYS_open
    {SYS_open, "open", 0, 1, no_path},
    {SYS_rename, "rename", 1, no_path, no_path},
    {SYS_unlink, "unlink", 0, no_path, no_path},
    {SYS_link, "link", 1, no_path, no_path},
    {SYS_symlink, "symlink", 1, no_path, no_path},
    {SYS_mkdir, "mkdir", 0, no_path, no_path},
    {SYS_rmdir, "rmdir", 0, no_path, no_path},
    {SYS_chmod, "chmod", 0, no_path, no_path},
    {SYS_creat, "creat", 0, no_path, no_path},
#endif
    {SYS_openat, "openat", 1, 2, no_path},
    {SYS_renameat, "renameat", 3, no_path, no_path},
    {SYS_renameat2, "renameat2", 3, no_path, no_path},
    {SYS_unlinkat, "unlinkat", 1, no_path, no_path},
    {SYS_linkat, "linkat", 3, no_path, no_path},
    {SYS_symlinkat, "symlinkat", 2, no_path, no_path},
    {SYS_mkdirat, "mkdirat", 1, no_path, no_path},
    {SYS_fchmodat, "fchmodat", 1, no_path, no_path},
    {SYS_truncate, "truncate", 0, no_path, no_path},
    {SYS_write, "write", no_path, no_path, 0},
    {SYS_pwrite64, "pwrite", no_path, no_path, 0},
    {SYS_writev, "writev", no_path, no_path, 0},
    {SYS_pwritev, "pwritev", no_path, no_path, 0},
    {SYS_ftruncate, "ftruncate", no_path, no_path, 0},
    {SYS_fallocate, "fallocate", no_path, no_path, 0},
    {SYS_copy_file_range, "copy_file_range", no_path, no_path, 2},
    {SYS_sendfile, "sendfile", no_path, no_path, 0},
    {SYS_ioctl, "ioctl", no_path, no_path, 0},
};
static const unsigned long clone_file = 0x40049409; /* FICLONE: of ioctl() only this */

static pid_t traced[most];
static int count_traced;
static const char* root = "/";

static void add(pid_t pid) {
  for (int i = 0; i < count_traced; ++i) {
    if (traced[i] == pid) return;
  }
  if (count_traced < most) traced[count_traced++] = pid;
}

static void take_out(pid_t pid) {
  for (int i = 0; i < count_traced; ++i) {
    if (traced[i] == pid) traced[i--] = traced[--count_traced];
  }
}

static void read_text(pid_t pid, uint64_t address, char* text, size_t size) {
  text[0] = '\0';
  struct iovec here = {text, size - 1};
  struct iovec there = {(void*)(uintptr_t)address, size - 1};
  ssize_t got = process_vm_readv(pid, &here, 1, &there, 1, 0);
  if (got < 0) { /* the text ends before the page does */
    here.iov_len = there.iov_len =
        4096 - address % 4096 < size - 1 ? 4096 - address % 4096 : size - 1;
    got = process_vm_readv(pid, &here, 1, &there, 1, 0);
  }
  text[got < 0 ? 0 : got] = '\0';
}

static const struct call* find_call(const struct call_info* info) {
  for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); ++i) {
    if (calls[i].number == (long)info->number) return &calls[i];
  }
  return NULL;
}

static int counts(const char* path) {
  return path[0] != '/' || strncmp(path, root, strlen(root)) == 0;
}

/* Whether the call is one that changes a file, and which one. */
static int changes_file(pid_t pid, const struct call* call, const struct call_info* info,
                        char* path, size_t size) {
  if (call->flags != no_path) {
    const unsigned long flags = info->arguments[call->flags];
    if ((flags & (O_CREAT | O_TRUNC)) == 0) return 0;
  }
  if (call->path != no_path) {
    read_text(pid, info->arguments[call->path], path, size);
    return counts(path);
  }
  if (call->number == SYS_ioctl && info->arguments[1] != clone_file) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pid, (int)info->arguments[call->descriptor]);
  const ssize_t got = readlink(link, path, size - 1);
  path[got < 0 ? 0 : got] = '\0';
  return path[0] == '/' && counts(path);
}

static void kill_all(void) {
  for (int i = 0; i < count_traced; ++i)
    kill(traced[i], SIGKILL);
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
    /* One that was just being started and has not been told of. */
    if (pid > 0 && WIFSTOPPED(status)) kill(pid, SIGKILL);
  }
}

/* The process of a thread; the thread itself when it is gone. */
static pid_t process_of(pid_t thread) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/status", (int)thread);
  FILE* status = fopen(path, "re");
  if (status == NULL) return thread;
  long process = thread;
  char line[256];
  while (fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "Tgid:", 5) == 0) process = strtol(line + 5, NULL, 10);
  }
  fclose(status);
  return (pid_t)process;
}

static int run_traced(pid_t first, long wanted, int kills_one, FILE* log) {
  const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                       PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  long seen = 0;
  int result = 0;
  int killed = 0;
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) > 0) {
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      take_out(pid);
      if (pid == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    add(pid);
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    long deliver = 0;
    if (signal == syscall_stop) {
      struct call_info info;
      memset(&info, 0, sizeof info);
      if (ptrace((enum __ptrace_request)get_call_info, pid, (void*)sizeof info, &info) > 0 &&
          info.op == at_entry) {
        const struct call* call = find_call(&info);
        char path[4096];
        if (call != NULL && changes_file(pid, call, &info, path, sizeof path)) {
          ++seen;
          if (log != NULL) fprintf(log, "%ld %s %s\n", seen, call->name, path);
          if (seen == wanted && !kills_one) {
            kill_all();
            return 128 + SIGKILL;
          }
          if (seen == wanted) {
            killed = 1;
            kill(process_of(pid), SIGKILL);
          }
        }
      }
    } else if (event == 0 && signal != SIGTRAP) {
      if (signal == SIGSTOP) {
        ptrace(PTRACE_SETOPTIONS, pid, NULL,
               (void*)options); /* a new process or thread begins with it */
      } else {
        deliver = signal;
      }
    }
    ptrace(PTRACE_SYSCALL, pid, NULL, (void*)deliver);
  }
  return killed ? 128 + SIGKILL : result;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(cannot_trace);
    raise(SIGSTOP);
    execvp(argv[2], argv + 2);
    _exit(127);
  }
  if (getenv("KILL_AT_ROOT") != NULL) root = getenv("KILL_AT_ROOT");
  const char* path = getenv("KILL_AT_LOG");
  FILE* log = path == NULL ? NULL : fopen(path, "we");
  const int kills_one = getenv("KILL_AT_ONE") != NULL;
  const int result = run_traced(child, strtol(argv[1], NULL, 10), kills_one, log);
  if (log != NULL) fclose(log);
  return result;
}
