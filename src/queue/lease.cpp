#include "queue/lease.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/random.hpp"

namespace expcore::queue {

Lease Lease::take(const std::string& folder) {
  fs::make_directories(folder);
  std::string name = random_hex(16);
  std::string path = fs::join(folder, name);
  fs::Descriptor file = fs::open_file(path, O_RDWR | O_CREAT | O_EXCL);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) fs::fail(errno, path);
  fs::write_all(file, fmt::format(" {}\n", ::getpid()), path);
  return {std::move(path), std::move(name), std::move(file)};
}

void Lease::give_up() {
  if (!file_.is_open()) return;
  fs::remove(path_);
  file_.close();
}

bool Lease::is_held(const std::string& folder, const std::string& name) {
  const std::string path = fs::join(folder, name);
  if (!fs::exists(path)) return false;
  try {
    const fs::Descriptor file = fs::open_file(path, O_RDONLY);
    // Shared: those who ask are in nobody's way.
    return ::flock(file.get(), LOCK_SH | LOCK_NB) != 0;
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return false;
    throw;
  }
}

void Lease::remove(const std::string& folder, const std::string& name) {
  fs::remove(fs::join(folder, name));
}

std::string boot_id() {
  const auto text = fs::read_file_if_exists("/proc/sys/kernel/random/boot_id");
  return text ? std::string(trim(*text)) : "";
}

}  // namespace expcore::queue
