#include "memory.hpp"

#include <cstdint>
#include <cstdlib>  // tells which C library this is

#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#endif

namespace cli {

void expect_much_memory() {
#ifdef __GLIBC__
  constexpr int size = 32 << 20;
  constexpr std::uintptr_t large_page = 2 << 20;
  if (::mallopt(M_MMAP_THRESHOLD, 2 * size) == 0) return;
  ::mallopt(M_TRIM_THRESHOLD, 2 * size);
  void* const all = std::malloc(size);
  if (all == nullptr) return;
  char* const begin = static_cast<char*>(all);
  const auto beyond = reinterpret_cast<std::uintptr_t>(begin) % large_page;
  ::madvise(begin + (large_page - beyond), size - large_page, MADV_HUGEPAGE);
  std::free(all);
#endif
}

}  // namespace cli
