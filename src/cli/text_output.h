#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/file_system.h"

namespace temblor {

/// Lines for standard output, handed on many at a time. One thread.
class TextOutput {
 public:
  explicit TextOutput(FileSystem& files) : output_(files.standard_output()) {}

  Result<void> line(std::string_view text) {
    held_.append(text).push_back('\n');
    return held_.size() < kHeldBytes ? Result<void>() : flush();
  }

  Result<void> flush() {
    const std::string text = std::exchange(held_, {});
    return output_->append(text);
  }

 private:
  static constexpr std::size_t kHeldBytes = std::size_t{64} << 10;
  std::unique_ptr<OutputFile> output_;
  std::string held_;
};

}  // namespace temblor
