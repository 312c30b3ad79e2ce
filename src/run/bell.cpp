#include "run/bell.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::run {
namespace {

fs::Descriptor open_bell(const std::string& folder) {
  return fs::open_file(fs::join(folder, "bell"), O_WRONLY | O_CREAT);
}

}  // namespace

void ring(const std::string& folder) {
  const fs::Descriptor file = open_bell(folder);
  ::futimens(file.get(), nullptr);
}

Bell::Bell(const std::string& folder) : events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!events_.is_open()) fs::fail(errno, "inotify");
  fs::make_directories(folder);
  const std::string path = fs::join(folder, "bell");
  open_bell(folder);
  if (::inotify_add_watch(events_.get(), path.c_str(), IN_ATTRIB) < 0) fs::fail(errno, path);
}

void Bell::silence() {
  std::array<char, 4096> buffer;
  while (::read(events_.get(), buffer.data(), buffer.size()) > 0) {
  }
}

}  // namespace expcore::run
