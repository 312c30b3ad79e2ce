#include "queue/random.hpp"

#include <cerrno>
#include <sys/random.h>

#include "base/text.hpp"
#include "fs/descriptor.hpp"

namespace expcore::queue {

std::string random_hex(std::size_t bytes) {
  std::string data(bytes, '\0');
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t got = ::getrandom(data.data() + filled, bytes - filled, 0);
    if (got < 0 && errno != EINTR) fs::fail(errno, "getrandom");
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return to_hex(data);
}

}  // namespace expcore::queue
