#include "base/heap.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace temblor {

void keep_freed_memory() {
#if defined(__GLIBC__)  // other allocators keep it by themselves, or have no such setting
  constexpr int kKeptBytes = 512 << 20;
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_MMAP_MAX, 0);  // what is mapped apart goes back as soon as it is freed
#endif
}

}  // namespace temblor
