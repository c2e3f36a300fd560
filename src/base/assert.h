#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

/// Checks what this program promises itself; stays on in release, because a wrong result is worse than none.
/// For bugs only: bad input and a broken world are Results. Inside a JVM (TEMBLOR_ASSERT_THROWS) it is an exception,
/// so that it ends the task and not the process with all its others.
#ifdef TEMBLOR_ASSERT_THROWS
#define TEMBLOR_ASSERT(condition)                                                      \
  do {                                                                                 \
    if (!(condition)) [[unlikely]]                                                     \
      throw std::logic_error(std::string(__FILE__) + ":" + std::to_string(__LINE__) +  \
                             ": bug: " #condition " does not hold; please report it"); \
  } while (false)
#else
#define TEMBLOR_ASSERT(condition)                                                                               \
  do {                                                                                                          \
    if (!(condition)) [[unlikely]] {                                                                            \
      std::fprintf(stderr, "%s:%d: bug: %s does not hold; please report it\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                                             \
    }                                                                                                           \
  } while (false)
#endif
