#include "fs/descriptor.hpp"

#include <unistd.h>

namespace expcore::fs {

void Descriptor::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace expcore::fs
