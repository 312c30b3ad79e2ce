#include "base/late_library.hpp"

#include <dlfcn.h>
#include <string>

#include <expcore/error.hpp>

namespace expcore {
namespace {

[[noreturn]] void fail() {
  const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): per thread in glibc and musl
  throw Error(Errc::internal, reason == nullptr ? std::string("dlopen failed") : reason);
}

}  // namespace

void* LateLibrary::symbol(const char* name) {
  void* handle = handle_.load(std::memory_order_acquire);
  if (handle == nullptr) {
    // Two threads may both get here: the linker counts, and the library stays either way.
    handle = ::dlopen(file_, RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) fail();
    handle_.store(handle, std::memory_order_release);
  }
  void* found = ::dlsym(handle, name);
  if (found == nullptr) fail();
  return found;
}

}  // namespace expcore
