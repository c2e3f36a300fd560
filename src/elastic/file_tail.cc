#include "elastic/file_tail.h"

#include <algorithm>
#include <array>

namespace temblor::elastic {
namespace {

Result<std::string> read_from(FileSystem& files, const std::string& path, std::uint64_t offset, std::size_t limit) {
  TEMBLOR_ASSIGN(const auto file, files.open_read(path, offset));
  std::string text;
  std::array<char, std::size_t{1} << 16> some{};
  while (text.size() < limit) {
    TEMBLOR_ASSIGN(const std::size_t got, file->read({some.data(), std::min(some.size(), limit - text.size())}));
    if (got == 0) break;
    text.append(some.data(), got);
  }
  return text;
}

}  // namespace

Result<std::string> read_tail(FileSystem& files, const std::string& path, std::size_t limit) {
  if (!files.exists(path)) return std::string();
  TEMBLOR_ASSIGN(const std::uint64_t size, files.size(path));
  if (size <= limit) return read_from(files, path, 0, limit);
  TEMBLOR_ASSIGN(std::string text, read_from(files, path, size - limit, limit));
  const std::size_t end = text.find('\n');
  return end == std::string::npos ? std::string() : text.substr(end + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Result<void> append_line(FileSystem& files, const std::string& path, std::string_view line) {
  std::string bytes;
  if (files.exists(path)) {
    TEMBLOR_ASSIGN(const std::uint64_t size, files.size(path));
    if (size > 0) {
      TEMBLOR_ASSIGN(const std::string last, read_from(files, path, size - 1, 1));
      if (last != "\n") bytes += '\n';
    }
  } else {
    TEMBLOR_TRY(files.create_directories(directory_of(path)));
  }
  TEMBLOR_ASSIGN(const auto file, files.open_append(path));
  return file->append(bytes.append(line).append("\n"));
}

}  // namespace temblor::elastic
