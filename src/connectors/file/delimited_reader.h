#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "connectors/source.h"

namespace temblor {

/// A file that others append to while it is read.
struct GrowingFile {
  FileSystem& files;
  Clock& clock;
  std::string path;
};

/// Reads a stream of delimited messages (a varint length before each). Offsets are bytes; a message's is that of its
/// length. Messages are views into the reader's buffer: no byte is copied but by the read itself and, a part of a
/// message, when the buffer is refilled.
///
/// Where no length can be read, or one that is too long or reaches beyond the end of what does not grow, the framing
/// is lost: what lies up to the next place where messages seem to begin again (find_frames) is refused as one, kFrame.
/// The torn tail of a file that grows is waited for. What is read follows from the bytes alone, wherever the
/// batches are cut and wherever a reader began, if it began at a position.
class DelimitedReader final : public SplitReader {
 public:
  /// What ends: `file` stands at `offset`; `size` is the whole stream's, where it is known.
  DelimitedReader(std::unique_ptr<InputFile> file, Offset offset, Timestamp reference,
                  std::optional<std::uint64_t> size);
  /// What grows: its bytes' reference is the moment at which they were read.
  DelimitedReader(std::unique_ptr<InputFile> file, Offset offset, GrowingFile growing);
  /// What comes while it is read, a pipe, from its beginning to its end; the reference as of what grows.
  DelimitedReader(std::unique_ptr<InputFile> file, Clock& clock);

  Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override;
  [[nodiscard]] SplitPosition position() const override;
  [[nodiscard]] std::optional<std::uint64_t> pending() const override;

 private:
  enum class Filled : unsigned char { kMore, kNotYet, kEnd };
  Result<Filled> fill();
  void make_room();
  void take(SourceBatch& batch, std::size_t max_records);
  void lose_frames();
  void search(SourceBatch& batch);
  void skip(std::size_t bytes);
  [[nodiscard]] std::size_t left() const { return end_ - begin_; }

  std::unique_ptr<InputFile> file_;
  std::optional<GrowingFile> growing_;
  std::optional<std::uint64_t> size_;
  Clock* live_ = nullptr;  ///< tells the reference at each read, where bytes come while they are read
  Timestamp reference_;

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;   ///< of what was not taken yet, in the buffer
  std::size_t end_ = 0;     ///< of what was read, in the buffer
  Offset offset_;           ///< of begin_, in the stream
  std::size_t wanted_ = 1;  ///< more than left(): so many bytes are needed to go on; else there is enough
  bool at_end_ = false;     ///< everything was read

  bool lost_ = false;  ///< the framing is lost since lost_offset_, and being looked for at begin_
  Offset lost_offset_ = 0;
  std::string lost_bytes_;  ///< what lies between them, cut to limits::kMessageBytes
};

}  // namespace temblor
