#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "connectors/sink.h"

namespace temblor {

/// Appends the text or bytes of one window's results.
using ResultFormat = std::function<void(const WindowResults& results, std::string& out)>;

/// Results on standard output: `console` as text, `-` as messages. What was written cannot be taken back, so a commit
/// that is repeated after a crash prints again.
class StandardOutputSink final : public Sink {
 public:
  StandardOutputSink(FileSystem& files, ResultFormat format) : files_(files), format_(std::move(format)) {}

  Result<void> open(const std::string* prepared) override;
  Result<void> write(const WindowResults& results) override;
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view prepared, std::span<const WindowResults> results) override;
  [[nodiscard]] bool lasting() const override { return false; }

 private:
  FileSystem& files_;
  ResultFormat format_;
  std::unique_ptr<OutputFile> output_;
  std::string text_;  ///< one window, so that it leaves in one write
};

/// Letters on standard output, as they are.
class StandardOutputLetterSink final : public LetterSink {
 public:
  explicit StandardOutputLetterSink(FileSystem& files) : files_(files) {}

  Result<void> open(const std::string* prepared) override;
  Result<void> write(std::string_view letters) override;
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view prepared, std::string_view letters) override;

 private:
  FileSystem& files_;
  std::unique_ptr<OutputFile> output_;
};

}  // namespace temblor
