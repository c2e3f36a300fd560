#include "connectors/miniseed/index.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/limits.h"
#include "connectors/miniseed/file_window.h"
#include "connectors/miniseed/record.h"

namespace temblor::miniseed {
namespace {

constexpr std::size_t kIndexChunk = std::size_t{1} << 16;

class Indexer {
 public:
  explicit Indexer(FileSystem& files) : window_(files, kIndexChunk) {}

  Result<Index> run(std::vector<std::string> paths, const std::function<void(std::size_t)>& watch) {
    index_.files = std::move(paths);
    for (std::uint32_t file = 0; file < index_.files.size(); ++file) {
      TEMBLOR_TRY(read(file));
      TEMBLOR_TRY(check_limits());
      if (watch) watch(file + 1);
    }
    for (auto& [id, channel] : index_.channels) {
      channel.extents.shrink_to_fit();
      std::sort(channel.extents.begin(), channel.extents.end(), [](const Extent& a, const Extent& b) {
        return std::tie(a.start_us, a.file, a.offset) < std::tie(b.start_us, b.file, b.offset);
      });
    }
    return std::move(index_);
  }

 private:
  Result<void> read(std::uint32_t file) {
    const std::size_t waste_before = index_.waste.size();
    std::uint64_t wasted = 0;
    std::string problem;  // the file's first
    std::uint64_t without_samples = 0;
    last_ = {};

    window_.open(index_.files[file], 0);
    while (true) {
      TEMBLOR_ASSIGN(std::string_view bytes, window_.view(kFixedHeader));
      if (bytes.empty()) break;
      RecordScan scan = scan_record(bytes);
      while (scan.status == RecordScan::Status::kNeedsMore) {
        TEMBLOR_ASSIGN(bytes, window_.view(scan.needed));
        if (bytes.size() < scan.needed) {
          scan.status = RecordScan::Status::kNoRecord;
          scan.problem = "a record is cut off";
        } else {
          scan = scan_record(bytes);
        }
      }
      if (scan.status == RecordScan::Status::kNoRecord) {
        if (problem.empty()) problem = fmt::format("at byte {}: {}", window_.offset(), scan.problem);
        wasted += waste(file, find_header(bytes, 1));
        continue;
      }
      if (scan.header.samples > 0) {
        add(file, scan.header);
      } else {
        ++without_samples;
      }
      window_.advance(scan.header.bytes);
      TEMBLOR_TRY(check_limits());
    }
    window_.rest();
    if (!problem.empty()) {
      index_.warnings.push_back(
          fmt::format("{}: {} damaged place(s), {} bytes that are no miniSEED record, the first {}", index_.files[file],
                      index_.waste.size() - waste_before, wasted, problem));
    }
    if (without_samples > 0) {
      spdlog::info("{}: {} record(s) without samples, such as log texts, are passed over", index_.files[file],
                   without_samples);
    }
    return {};
  }

  void add(std::uint32_t file, const RecordHeader& header) {
    const std::uint64_t offset = window_.offset();
    auto found = index_.channels.find(header.sensor_id);
    if (found == index_.channels.end()) found = index_.channels.emplace(header.sensor_id, Channel{}).first;
    Channel& channel = found->second;
    channel.samples += header.samples;

    const double period_us = 1e6 / header.rate.hz();
    const auto start = static_cast<double>(header.start_us);
    const bool goes_on =
        last_.channel == &channel && last_.end == offset && std::abs(start - last_.due_us) <= period_us / 2;
    if (goes_on) {
      channel.extents.back().bytes += header.bytes;
      channel.extents.back().samples += header.samples;
    } else {
      channel.extents.push_back({header.start_us, offset, header.bytes, header.samples, file});
      ++extents_;
    }
    last_ = {&channel, offset + header.bytes, start + static_cast<double>(header.samples) * period_us};
  }

  /// Passes over `bytes`, and says how many that were.
  std::size_t waste(std::uint32_t file, std::size_t bytes) {
    auto& all = index_.waste;
    if (!all.empty() && all.back().file == file && all.back().offset + all.back().bytes == window_.offset()) {
      all.back().bytes += bytes;
    } else {
      all.push_back({window_.offset(), bytes, file});
    }
    window_.advance(bytes);
    return bytes;
  }

  [[nodiscard]] Result<void> check_limits() const {
    const std::string& path = index_.files.empty() ? std::string() : index_.files.front();
    if (index_.channels.size() > limits::kMiniseedChannels) {
      return world_error(path, fmt::format("these files hold more than {} channels", limits::kMiniseedChannels),
                         "name fewer files in one source");
    }
    if (extents_ + index_.waste.size() > limits::kMiniseedExtents) {
      return world_error(path, fmt::format("these files hold more than {} pieces", limits::kMiniseedExtents),
                         "name fewer files in one source");
    }
    return {};
  }

  // The last record that was added: the next one goes on where it ended, or not.
  struct Last {
    const Channel* channel = nullptr;
    std::uint64_t end = 0;
    double due_us = 0;
  };

  FileWindow window_;
  Index index_;
  std::size_t extents_ = 0;
  Last last_;
};

}  // namespace

Result<Index> index_files(FileSystem& files, std::vector<std::string> paths,
                          const std::function<void(std::size_t done)>& watch) {
  return Indexer(files).run(std::move(paths), watch);
}

}  // namespace temblor::miniseed
