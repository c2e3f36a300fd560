#pragma once

#include <libmseed.h>

#include <mutex>

namespace temblor::miniseed {

/// libmseed 2.19, tamed. It formats its messages in one static buffer and reads its settings from the environment:
/// so one call at a time, what it would print is dropped (what is wrong is found and said by others), and no
/// environment variable changes a result.
class Library {
 public:
  /// Holds the library for as long as it lives.
  class Use {
   public:
    explicit Use(Library& library) : lock_(library.mutex_), record_(library.record_) {}
    /// Unpacks a record that has been checked, with its samples or without; nullptr where that fails. What is
    /// returned lives as long as this object, until the next call.
    const MSRecord* unpack(const char* bytes, std::size_t length, bool samples);

   private:
    std::lock_guard<std::mutex> lock_;
    MSRecord*& record_;
  };

  static Use use();

  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

 private:
  Library();
  ~Library();

  std::mutex mutex_;
  MSRecord* record_ = nullptr;
};

}  // namespace temblor::miniseed
