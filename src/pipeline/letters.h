#pragma once

#include <string>

namespace temblor {

/// Letters that were written on the way and wait for their sinks: delimited temblor.v1.Letter messages.
struct Letters {
  std::string late;
  std::string dead;

  [[nodiscard]] bool empty() const { return late.empty() && dead.empty(); }
  [[nodiscard]] std::size_t bytes() const { return late.size() + dead.size(); }

  void append(const Letters& other) {
    late += other.late;
    dead += other.dead;
  }
  void clear() {
    late.clear();
    dead.clear();
  }
};

}  // namespace temblor
