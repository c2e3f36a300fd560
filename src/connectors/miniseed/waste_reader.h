#pragma once

#include <memory>
#include <span>
#include <vector>

#include "connectors/miniseed/index.h"
#include "connectors/source.h"

namespace temblor::miniseed {

/// Delivers what belongs to no channel, the bytes of one file that are no record, as refusals, so that it is counted
/// and kept as dead letters like all else. A split of its own: these bytes have no place in any channel's time. Offsets
/// count the bytes.
class WasteReader final : public SplitReader {
 public:
  /// `file` is a place in Index::files.
  WasteReader(std::shared_ptr<const Index> index, std::uint32_t file, Offset begin, FileSystem& files,
              Timestamp reference);

  Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override;
  [[nodiscard]] SplitPosition position() const override { return {offset_, {}}; }
  [[nodiscard]] std::optional<std::uint64_t> pending() const override;

 private:
  std::shared_ptr<const Index> index_;
  FileSystem& files_;
  Timestamp reference_;
  std::span<const Waste> left_;  // in index_
  Offset offset_ = 0;
  std::vector<char> bytes_;
};

}  // namespace temblor::miniseed
