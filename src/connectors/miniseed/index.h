#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/file_system.h"

namespace temblor::miniseed {

/// Records of one channel that follow one another in a file and in time.
struct Extent {
  std::int64_t start_us = 0;  ///< of the first sample, µs since the epoch
  std::uint64_t offset = 0;   ///< in the file
  std::uint64_t bytes = 0;
  std::uint64_t samples = 0;  ///< as the headers say
  std::uint32_t file = 0;     ///< its place in Index::files
};

/// One channel over all files.
struct Channel {
  std::vector<Extent> extents;  ///< sorted by start, file, offset
  std::uint64_t samples = 0;    ///< as the headers say
};

/// Bytes of a file that belong to no record.
struct Waste {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint32_t file = 0;
};

/// Where the records of all channels stand: files often hold channel after channel, or one channel's days in any
/// order. Made once, read by many threads.
struct Index {
  std::vector<std::string> files;
  std::map<std::string, Channel, std::less<>> channels;  ///< by NET.STA.LOC.CHA
  std::vector<Waste> waste;                              ///< in the order of the files
  std::vector<std::string> warnings;                     ///< a line for each damaged file, for the log
};

/// Reads the headers of all files, front to back. Damaged places are found by looking for the next header, byte by
/// byte, and named in the index's warnings. An error where a file cannot be read, or where there are
/// more channels or extents than their limits. `watch` is told after each file how many have been read.
Result<Index> index_files(FileSystem& files, std::vector<std::string> paths,
                          const std::function<void(std::size_t done)>& watch = {});

}  // namespace temblor::miniseed
