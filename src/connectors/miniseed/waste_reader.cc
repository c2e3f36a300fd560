#include "connectors/miniseed/waste_reader.h"

#include <algorithm>
#include <numeric>

#include "base/limits.h"

namespace temblor::miniseed {

WasteReader::WasteReader(std::shared_ptr<const Index> index, std::uint32_t file, Offset begin, FileSystem& files,
                         Timestamp reference)
    : index_(std::move(index)), files_(files), reference_(reference) {
  const auto [first, last] = std::equal_range(index_->waste.begin(), index_->waste.end(), Waste{.file = file},
                                              [](const Waste& a, const Waste& b) { return a.file < b.file; });
  left_ = {first, last};
  while (offset_ < begin && !left_.empty()) {
    offset_ += static_cast<Offset>(left_.front().bytes);
    left_ = left_.subspan(1);
  }
}

Result<PollStatus> WasteReader::poll(SourceBatch& batch, std::size_t /*max_records*/) {
  batch.clear();
  batch.reference = reference_;
  if (left_.empty()) return PollStatus::kEnd;
  const Waste waste = left_.front();
  left_ = left_.subspan(1);
  bytes_.resize(std::min<std::uint64_t>(waste.bytes, limits::kBatchBytes));
  TEMBLOR_ASSIGN(const auto file, files_.open_read(index_->files[waste.file], waste.offset));
  std::size_t got = 0;
  while (got < bytes_.size()) {
    TEMBLOR_ASSIGN(const std::size_t more, file->read(std::span(bytes_).subspan(got)));
    if (more == 0) break;
    got += more;
  }
  const Offset end = offset_ + static_cast<Offset>(waste.bytes);
  batch.refusals.push_back({offset_, end, Rejection::kDamaged, std::string_view(bytes_.data(), got), waste.bytes});
  offset_ = end;
  return PollStatus::kRecords;
}

std::optional<std::uint64_t> WasteReader::pending() const {
  return std::accumulate(left_.begin(), left_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Waste& each) { return sum + each.bytes; });
}

}  // namespace temblor::miniseed
