#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/file_system.h"
#include "connectors/sink.h"

namespace temblor {

/// One CSV file for each window: `DIRECTORY/2010-05-27/16/1274977473000.csv`. A file's name follows from its window
/// and its content from the results, so writing it again changes nothing: there is no state to prepare.
/// A file appears under its name whole, by renaming; until then it lies beside as `.1274977473000.csv.tmp`, where a
/// crash may leave it: the window's next writing replaces it.
class CsvSink final : public Sink {
 public:
  CsvSink(FileSystem& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  Result<void> open(const std::string* prepared) override;
  Result<void> write(const WindowResults& results) override;
  Result<void> sync() override { return files_.sync_file_system(directory_); }
  Result<std::string> prepare() override { return std::string(); }
  Result<void> commit(std::string_view prepared, std::span<const WindowResults> results) override;

 private:
  struct Place {
    std::string folder;
    std::string final_path;
    std::string temporary_path;
  };
  [[nodiscard]] Place place_of(const WindowResults& results) const;
  Result<std::unique_ptr<OutputFile>> write_temporary(const Place& place, const WindowResults& results);

  FileSystem& files_;
  std::string directory_;
  std::string folder_made_;  ///< the folder that was made last: windows come in order, so mostly it is the next one's
  std::string text_;
};

}  // namespace temblor
