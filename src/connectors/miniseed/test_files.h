#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace temblor::miniseed {

/// Files in memory that can only be read, for tests and fuzzing; `*` is the only pattern glob knows. Counts the files
/// that are open.
class TestFiles final : public FileSystem {
 public:
  std::map<std::string, std::string> files;
  int open_files = 0;
  std::size_t most_at_once = SIZE_MAX;  ///< bytes that one read gives

  Result<std::unique_ptr<InputFile>> open_read(const std::string& path, std::uint64_t offset) override {
    const auto found = files.find(path);
    if (found == files.end()) return world_error(path, "cannot be read: No such file or directory");
    return std::make_unique<Input>(*this,
                                   std::string_view(found->second).substr(std::min(offset, found->second.size())));
  }

  Result<std::vector<std::string>> glob(const std::string& pattern) override {
    const std::string prefix = pattern.substr(0, pattern.find('*'));
    std::vector<std::string> paths;
    for (const auto& [path, bytes] : files) {
      const bool exact = prefix.size() == pattern.size();
      if (exact ? path == pattern : path.compare(0, prefix.size(), prefix) == 0) paths.push_back(path);
    }
    return paths;
  }

  Result<std::uint64_t> size(const std::string& path) override { return files.at(path).size(); }
  bool exists(const std::string& path) override { return files.count(path) != 0; }

  Result<std::unique_ptr<OutputFile>> create(const std::string& path) override { return refused(path); }
  Result<std::unique_ptr<OutputFile>> open_append(const std::string& path) override { return refused(path); }
  Result<void> truncate(const std::string& path, std::uint64_t) override { return refused(path); }
  Result<void> rename(const std::string& path, const std::string&) override { return refused(path); }
  Result<void> remove(const std::string& path) override { return refused(path); }
  Result<void> create_directories(const std::string& path) override { return refused(path); }
  Result<void> sync_directory(const std::string& path) override { return refused(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return refused(path); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return refused(path); }
  std::unique_ptr<InputFile> standard_input() override { return nullptr; }
  std::unique_ptr<OutputFile> standard_output() override { return nullptr; }

 private:
  class Input final : public InputFile {
   public:
    Input(TestFiles& owner, std::string_view rest) : owner_(owner), rest_(rest) { ++owner_.open_files; }
    ~Input() override { --owner_.open_files; }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    Result<std::size_t> read(std::span<char> into) override {
      const std::size_t count = std::min({into.size(), rest_.size(), owner_.most_at_once});
      if (count > 0) std::memcpy(into.data(), rest_.data(), count);
      rest_.remove_prefix(count);
      return count;
    }

   private:
    TestFiles& owner_;
    std::string_view rest_;
  };

  static tl::unexpected<Error> refused(const std::string& path) { return world_error(path, "cannot be written"); }
};

}  // namespace temblor::miniseed
