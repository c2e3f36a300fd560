#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace temblor {

/// Whether two sensor ids are the same. Ids are mostly 4 to 16 bytes long, for which this needs no call.
inline bool same_sensor(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto differ = [&]<class Word>(Word, std::size_t at) {
    Word x;
    Word y;
    std::memcpy(&x, a.data() + at, sizeof(Word));
    std::memcpy(&y, b.data() + at, sizeof(Word));
    return x != y;
  };
  const std::size_t size = a.size();
  if (size >= 8 && size <= 16) return !differ(std::uint64_t{}, 0) && !differ(std::uint64_t{}, size - 8);
  if (size >= 4 && size < 8) return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, size - 4);
  return a == b;
}

/// Keeps copies of sensor ids, one after the other in chunks that never move. A chunk may outlive the arena in the
/// hands of whoever took it from chunks(): the bytes in use are never written again.
class SensorIdArena {
 public:
  /// Copies `id`; the answer lives as long as its chunk.
  std::string_view store(std::string_view id) {
    if (chunks_.empty() || id.size() > chunks_.back().size - used_) add_chunk(id.size());
    char* at = chunks_.back().bytes.get() + used_;
    std::memcpy(at, id.data(), id.size());
    used_ += id.size();
    return {at, id.size()};
  }

  /// Forgets all ids, and keeps the newest, largest chunk for the next. Only where nobody took chunks().
  void clear() {
    if (chunks_.size() > 1) chunks_.erase(chunks_.begin(), chunks_.end() - 1);
    used_ = 0;
  }

  [[nodiscard]] std::vector<std::shared_ptr<const void>> chunks() const {
    std::vector<std::shared_ptr<const void>> result;
    result.reserve(chunks_.size());
    for (const Chunk& chunk : chunks_) result.emplace_back(chunk.bytes);
    return result;
  }

  [[nodiscard]] std::size_t memory_bytes() const {
    std::size_t bytes = 0;
    for (const Chunk& chunk : chunks_) bytes += chunk.size;
    return bytes;
  }

 private:
  static constexpr std::size_t kFirstChunkBytes = 512;
  static constexpr std::size_t kLargestChunkBytes = std::size_t{64} << 10;

  struct Chunk {
    std::shared_ptr<char[]> bytes;
    std::size_t size;
  };

  void add_chunk(std::size_t at_least) {
    std::size_t size = chunks_.empty() ? kFirstChunkBytes : std::min(chunks_.back().size * 2, kLargestChunkBytes);
    size = std::max(size, at_least);
    chunks_.push_back({std::shared_ptr<char[]>(new char[size]), size});
    used_ = 0;
  }

  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;  // of the last chunk
};

}  // namespace temblor
