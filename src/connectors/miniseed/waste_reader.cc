#include "connectors/miniseed/waste_reader.h"

#include <algorithm>
#include <span>

#include "base/limits.h"

namespace temblor::miniseed {

WasteReader::WasteReader(std::shared_ptr<const Index> index, Offset begin, FileSystem& files, Timestamp reference)
    : index_(std::move(index)), files_(files), reference_(reference) {
  while (offset_ < begin && next_ < index_->waste.size()) offset_ += static_cast<Offset>(index_->waste[next_++].bytes);
}

Result<PollStatus> WasteReader::poll(SourceBatch& batch, std::size_t /*max_records*/) {
  batch.clear();
  batch.reference = reference_;
  if (next_ == index_->waste.size()) return PollStatus::kEnd;
  const Waste& waste = index_->waste[next_++];
  bytes_.resize(std::min<std::uint64_t>(waste.bytes, limits::kBatchBytes));
  TEMBLOR_ASSIGN(const auto file, files_.open_read(index_->files[waste.file], waste.offset));
  std::size_t got = 0;
  while (got < bytes_.size()) {
    TEMBLOR_ASSIGN(const std::size_t more, file->read(std::span(bytes_).subspan(got)));
    if (more == 0) break;
    got += more;
  }
  const Offset end = offset_ + static_cast<Offset>(waste.bytes);
  batch.refusals.push_back({offset_, end, Rejection::kDamaged, std::string_view(bytes_.data(), got)});
  offset_ = end;
  return PollStatus::kRecords;
}

std::optional<std::uint64_t> WasteReader::pending() const {
  return index_->waste_bytes - std::min(index_->waste_bytes, static_cast<std::uint64_t>(offset_));
}

}  // namespace temblor::miniseed
