#include "base/thrown.h"

#include <exception>
#include <new>

namespace temblor {

Error thrown_error() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {Blame::kWorld, "is used up", "memory", "give it more, or lower --max-sensors"};
  } catch (const std::exception& e) {
    return {Blame::kBug, e.what(), "unexpected", "a bug: please report it"};
  } catch (...) {
    return {Blame::kBug, "something without a name was thrown", "unexpected", "a bug: please report it"};
  }
}

}  // namespace temblor
