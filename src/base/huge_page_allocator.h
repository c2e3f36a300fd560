#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace temblor {

/// For large arrays that are looked up at random: asks the kernel for pages of 2 MiB, so that finding out where a page
/// lies costs no wait for memory of its own. Smaller arrays come from the heap as ever. A kernel without such pages
/// gives common ones.
template <class T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <class U>
  explicit HugePageAllocator(const HugePageAllocator<U>& /*other*/) {}

  T* allocate(std::size_t size) {
    const std::size_t bytes = size * sizeof(T);
    if (bytes < kHugePage) return static_cast<T*>(::operator new(bytes));
    void* memory = std::aligned_alloc(kHugePage, (bytes + kHugePage - 1) / kHugePage * kHugePage);
    if (memory == nullptr) throw std::bad_alloc();
    madvise(memory, bytes, MADV_HUGEPAGE);  // advice: where it is not taken all goes on, slower
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t size) {
    if (size * sizeof(T) < kHugePage) {
      ::operator delete(memory);
    } else {
      std::free(memory);
    }
  }

  friend bool operator==(const HugePageAllocator& /*a*/, const HugePageAllocator& /*b*/) { return true; }

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20U;
};

}  // namespace temblor
