#pragma once

#include <optional>
#include <string>

#include "connectors/file/append_log.h"
#include "connectors/registry.h"
#include "connectors/sink.h"

namespace temblor {

/// Appends one window as delimited SeismicAggRecords (a varint length before each).
void append_result_messages(const WindowResults& results, std::string& out);

/// Results as delimited SeismicAggRecords at the end of a file.
class FileSink final : public Sink {
 public:
  FileSink(FileSystem& files, std::string path) : log_(files, std::move(path)) {}

  Result<void> open(const std::string* prepared) override { return log_.open(prepared); }
  Result<void> write(const WindowResults& results) override;
  Result<void> sync() override { return log_.sync_beside(); }
  Result<std::string> prepare() override { return log_.prepare(); }
  Result<void> commit(std::string_view prepared, std::span<const WindowResults> results) override;

 private:
  AppendLog log_;
  std::string bytes_;  ///< one window: a commit may hold more than should lie in memory twice
};

/// Letters at the end of a file.
class FileLetterSink final : public LetterSink {
 public:
  FileLetterSink(FileSystem& files, std::string path) : log_(files, std::move(path)) {}

  Result<void> open(const std::string* prepared) override { return log_.open(prepared); }
  Result<void> write(std::string_view letters) override { return log_.append(letters); }
  Result<void> sync() override { return log_.sync_beside(); }
  Result<std::string> prepare() override { return log_.prepare(); }
  Result<void> commit(std::string_view prepared, std::string_view letters) override {
    return log_.commit(prepared, letters);
  }

 private:
  AppendLog log_;
};

/// Delimited messages into a new file, or one that is emptied; or to standard output, where there is no path.
/// The file is made at the first message or flush.
class FileTarget final : public Target {
 public:
  FileTarget(FileSystem& files, std::optional<std::string> path) : files_(files), path_(std::move(path)) {}

  Result<void> send(std::string_view message) override;
  Result<void> flush() override;

 private:
  FileSystem& files_;
  std::optional<std::string> path_;
  std::unique_ptr<OutputFile> file_;
  std::string buffer_;
};

}  // namespace temblor
