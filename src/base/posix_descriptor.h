#pragma once

#include <unistd.h>

#include <utility>

namespace temblor {

/// An open file of the operating system; closed with the object, but for the standard streams.
class Descriptor {
 public:
  explicit Descriptor(int fd, bool owned = true) : fd_(fd), owned_(owned) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void close() {
    if (owned_ && fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }
  /// It is somebody else's to close.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
  bool owned_;
};

}  // namespace temblor
