#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/limits.h"

namespace temblor {

/// A sensor id in 16 bytes, to be hashed and compared as two numbers. Ids of up to 15 bytes, and SEED's have no more,
/// stand in it whole; of a longer one it holds where it lies.
class SensorKey {
 public:
  static constexpr std::size_t kInlineBytes = 15;

  SensorKey() = default;

  /// Of an id of at most 255 bytes; a longer one than kInlineBytes must outlive the key.
  [[gnu::always_inline]] explicit SensorKey(std::string_view id) {
    const std::size_t size = id.size();
    const char* data = id.data();
    if (size > kInlineBytes) [[unlikely]] {
      words_[0] = reinterpret_cast<std::uintptr_t>(data);
      words_[1] = std::uint64_t{kOutside} << 56U | size;
      return;
    }
    // Overlapping loads put the bytes where a copy would, without a loop: kind to the four to fifteen of an id.
    if (size > 8) {
      words_[0] = load<std::uint64_t>(data);
      words_[1] = load<std::uint64_t>(data + size - 8) >> (8 * (16 - size));
    } else if (size == 8) {
      words_[0] = load<std::uint64_t>(data);
    } else if (size >= 4) {
      words_[0] = load<std::uint32_t>(data) | load<std::uint32_t>(data + size - 4) << (8 * (size - 4));
    } else {
      for (std::size_t i = 0; i < size; ++i) {
        words_[0] |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(data[i])) << (8 * i);
      }
    }
    words_[1] |= static_cast<std::uint64_t>(size) << 56U;
  }

  /// The id; lives as long as the key, and as what a long one was made of.
  [[nodiscard]] std::string_view id() const {
    if (outside()) return {reinterpret_cast<const char*>(words_[0]), words_[1] & 0xFFU};
    return {reinterpret_cast<const char*>(words_), words_[1] >> 56U};
  }

  /// Whether the id lies outside of the key.
  [[nodiscard]] bool outside() const { return words_[1] >> 56U == kOutside; }

  bool operator==(const SensorKey& other) const {
    if (words_[1] != other.words_[1]) return false;
    if (words_[0] == other.words_[0]) return true;
    return outside() && id() == other.id();
  }

  [[nodiscard]] [[gnu::always_inline]] std::uint64_t hash(std::uint64_t seed) const {
    if (outside()) [[unlikely]]
      return hash_bytes(id(), seed);
    return hash_words(words_[0], words_[1], seed);
  }

  /// The first 16 bytes as numbers that compare as the bytes do, zeros behind a short id.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> prefix() const {
    constexpr std::uint64_t kSizeByte = std::uint64_t{0xFF} << 56U;
    if (outside()) [[unlikely]] {
      const char* bytes = id().data();
      return {__builtin_bswap64(load<std::uint64_t>(bytes)), __builtin_bswap64(load<std::uint64_t>(bytes + 8))};
    }
    return {__builtin_bswap64(words_[0]), __builtin_bswap64(words_[1] & ~kSizeByte)};
  }

 private:
  static constexpr std::uint8_t kOutside = 0xFF;

  template <class Word>
  static std::uint64_t load(const char* at) {
    Word word;
    std::memcpy(&word, at, sizeof(word));
    return word;
  }

  std::uint64_t words_[2] = {0, 0};
};

/// Keeps the long ids of a table, those that do not fit into a key. Copies never move, and each outlives the store in
/// the hands of whoever took it.
class LongIdStore {
 public:
  /// The key that `key` becomes when it must live as long as this store.
  SensorKey keep(const SensorKey& key) {
    if (!key.outside()) [[likely]]
      return key;
    ids_.push_back(std::make_shared<const std::string>(key.id()));
    return SensorKey(*ids_.back());
  }

  void clear() { ids_.clear(); }

  /// At most.
  [[nodiscard]] std::size_t memory_bytes() const {
    constexpr std::size_t kBesideTheBytes = 64;  // of a shared string: its counts, itself, malloc's
    return ids_.capacity() * sizeof(ids_[0]) + ids_.size() * (limits::kSensorIdBytes + kBesideTheBytes);
  }

  [[nodiscard]] const std::vector<std::shared_ptr<const std::string>>& ids() const { return ids_; }

 private:
  std::vector<std::shared_ptr<const std::string>> ids_;
};

}  // namespace temblor
