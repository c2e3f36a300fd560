#pragma once

#include <cstdio>
#include <cstdlib>

/// Checks what this program promises itself; stays on in release, because a wrong result is worse than none.
/// For bugs only: bad input and a broken world are Results.
#define TEMBLOR_ASSERT(condition)                                                                               \
  do {                                                                                                          \
    if (!(condition)) [[unlikely]] {                                                                            \
      std::fprintf(stderr, "%s:%d: bug: %s does not hold; please report it\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                                             \
    }                                                                                                           \
  } while (false)
