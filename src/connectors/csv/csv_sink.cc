#include "connectors/csv/csv_sink.h"

#include <algorithm>
#include <vector>

#include "connectors/csv/csv_text.h"
#include "connectors/registry.h"

namespace temblor {
namespace {

constexpr std::string_view kDefaultDirectory = "output/seismic_agg_result";

/// Files that are open at once while a commit writes them: all are written before the first is synced, so that the
/// disk has something to put in order, but a process may only have so many.
constexpr std::size_t kFilesAtOnce = 64;

Result<std::unique_ptr<Sink>> make_csv(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({}));
  std::string directory = uri.path.empty() ? std::string(kDefaultDirectory) : uri.path;
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  return std::make_unique<CsvSink>(environment.files, std::move(directory));
}

const RegisterConnector kCsv{{.scheme = "csv",
                              .help = "csv:DIR  one file for each window, in dated folders; csv: alone means "
                                      "output/seismic_agg_result",
                              .source = nullptr,
                              .sink = make_csv,
                              .letter_sink = nullptr,
                              .target = nullptr}};

}  // namespace

Result<void> CsvSink::open(const std::string*) { return files_.create_directories(directory_); }

CsvSink::Place CsvSink::place_of(const WindowResults& results) const {
  const std::string folder = directory_ + "/" + csv_folder(results.window_start);
  const std::string name = csv_name(results.window_start);
  return {.folder = folder, .final_path = folder + "/" + name, .temporary_path = folder + "/." + name + ".tmp"};
}

Result<std::unique_ptr<OutputFile>> CsvSink::write_temporary(const Place& place, const WindowResults& results) {
  if (place.folder != folder_made_) {
    TEMBLOR_TRY(files_.create_directories(place.folder));
    folder_made_ = place.folder;
  }
  text_.clear();
  append_csv(results, text_);
  TEMBLOR_ASSIGN(auto file, files_.create(place.temporary_path));
  TEMBLOR_TRY(file->append(text_));
  return file;
}

Result<void> CsvSink::write(const WindowResults& results) {
  const Place place = place_of(results);
  TEMBLOR_TRY(write_temporary(place, results));
  return files_.rename(place.temporary_path, place.final_path);
}

Result<void> CsvSink::commit(std::string_view, std::span<const WindowResults> results) {
  std::set<std::string> folders;
  while (!results.empty()) {
    const auto group = results.first(std::min(results.size(), kFilesAtOnce));
    results = results.subspan(group.size());
    std::vector<Place> places;
    std::vector<std::unique_ptr<OutputFile>> written;
    for (const WindowResults& window : group) {
      places.push_back(place_of(window));
      TEMBLOR_ASSIGN(auto file, write_temporary(places.back(), window));
      written.push_back(std::move(file));
    }
    for (const auto& file : written) TEMBLOR_TRY(file->sync());
    for (Place& place : places) {
      TEMBLOR_TRY(files_.rename(place.temporary_path, place.final_path));
      folders.insert(std::move(place.folder));
    }
  }
  for (const std::string& folder : folders) TEMBLOR_TRY(files_.sync_directory(folder));
  return {};
}

}  // namespace temblor
