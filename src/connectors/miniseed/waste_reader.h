#pragma once

#include <memory>
#include <vector>

#include "connectors/miniseed/index.h"
#include "connectors/source.h"

namespace temblor::miniseed {

/// Delivers what belongs to no channel, bytes that are no record, as refusals, so that it is counted and kept as dead
/// letters like all else. A split of its own: these bytes have no place in any channel's time. Offsets count the
/// bytes.
class WasteReader final : public SplitReader {
 public:
  WasteReader(std::shared_ptr<const Index> index, Offset begin, FileSystem& files, Timestamp reference);

  Result<PollStatus> poll(SourceBatch& batch, std::size_t max_records) override;
  [[nodiscard]] SplitPosition position() const override { return {offset_, {}}; }
  [[nodiscard]] std::optional<std::uint64_t> pending() const override;

 private:
  std::shared_ptr<const Index> index_;
  FileSystem& files_;
  Timestamp reference_;
  std::size_t next_ = 0;
  Offset offset_ = 0;
  std::vector<char> bytes_;
};

}  // namespace temblor::miniseed
