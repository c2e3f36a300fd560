#include "connectors/miniseed/miniseed_source.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "connectors/miniseed/channel_reader.h"
#include "connectors/miniseed/coordinates.h"
#include "connectors/miniseed/index.h"
#include "connectors/miniseed/trigger.h"
#include "connectors/miniseed/waste_reader.h"
#include "connectors/registry.h"

namespace temblor::miniseed {
namespace {

constexpr std::string_view kPrefix = "miniseed:";
constexpr std::chrono::seconds kTell{5};                        // how often people are told how far the index is
constexpr std::string_view kWastePrefix = "miniseed:damaged:";  // no channel is called so: their ids have no colons

Result<void> take(const Uri& uri, std::string_view key, Milliseconds& value) {
  const std::optional<std::string> text = uri.find(key);
  if (!text) return {};
  auto parsed = parse_duration(*text);
  if (!parsed)
    return user_error(uri.text, fmt::format("{}={}: {}", key, *text, parsed.error().what), parsed.error().remedy);
  value = *parsed;
  return {};
}

Result<void> take(const Uri& uri, std::string_view key, double& value) {
  const std::optional<std::string> text = uri.find(key);
  if (!text) return {};
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || !(value > 0 && value <= 1e9)) {
    return user_error(uri.text, fmt::format("{}={} is no ratio", key, *text),
                      fmt::format("write a number above 0, such as {}=4", key));
  }
  return {};
}

Result<TriggerSettings> read_trigger(const Uri& uri) {
  TriggerSettings trigger;
  TEMBLOR_TRY(take(uri, "sta", trigger.sta));
  TEMBLOR_TRY(take(uri, "lta", trigger.lta));
  TEMBLOR_TRY(take(uri, "p", trigger.p));
  TEMBLOR_TRY(take(uri, "on", trigger.on));
  TEMBLOR_TRY(take(uri, "off", trigger.off));
  if (trigger.sta <= Milliseconds(0) || trigger.lta <= trigger.sta) {
    return user_error(uri.text, "the trigger needs 0 < sta < lta", "such as sta=500ms&lta=10s");
  }
  if (trigger.off > trigger.on) return user_error(uri.text, "the trigger needs off <= on", "such as on=4&off=1");
  return trigger;
}

class MiniseedSource final : public Source {
 public:
  MiniseedSource(std::string uri, std::vector<std::string> paths, const TriggerSettings& trigger,
                 CoordinateTable coordinates, const Environment& environment)
      : uri_(std::move(uri)),
        paths_(std::move(paths)),
        trigger_(trigger),
        coordinates_(std::move(coordinates)),
        files_(environment.files),
        clock_(environment.clock) {}

  [[nodiscard]] SourceTraits traits() const override {
    return {.time_mode = TimeMode::kEvent, .amplitude_range = kAnyAmplitude, .bounded = true, .rewindable = true};
  }

  Result<std::vector<SplitId>> discover() override {
    TEMBLOR_TRY(read_index());
    std::vector<SplitId> splits;
    splits.reserve(index_->channels.size() + 1);
    for (const auto& [id, channel] : index_->channels) splits.push_back(std::string(kPrefix) + id);
    for (const Waste& waste : index_->waste) {
      std::string split = std::string(kWastePrefix) + index_->files[waste.file];
      if (splits.back() != split) splits.push_back(std::move(split));
    }
    std::sort(splits.begin(), splits.end());
    return splits;
  }

  Result<std::unique_ptr<SplitReader>> open(const SplitId& split, const SplitPosition* position,
                                            const JobTimes& job) override {
    TEMBLOR_TRY(read_index());
    if (split.starts_with(kWastePrefix)) {
      const auto file = std::find(index_->files.begin(), index_->files.end(), split.substr(kWastePrefix.size()));
      if (file == index_->files.end()) return user_error(split, "is not among the files", "was it removed?");
      return std::make_unique<WasteReader>(index_, static_cast<std::uint32_t>(file - index_->files.begin()),
                                           position ? position->offset : 0, files_, job.reference);
    }
    const auto found = index_->channels.find(std::string_view(split).substr(std::min(kPrefix.size(), split.size())));
    if (found == index_->channels.end()) {
      return user_error(split, "these files hold no such channel", "was a file removed since the checkpoint?");
    }
    const auto& [id, channel] = *found;
    auto reader =
        std::make_unique<ChannelReader>(index_, id, channel, coordinates_.of(id), trigger_, files_, job.reference);
    if (position != nullptr && !position->state.empty()) TEMBLOR_TRY(reader->resume(*position));
    return reader;
  }

 private:
  // Once: the source is what its files were at the start.
  Result<void> read_index() {
    if (index_) return {};
    auto told = clock_.monotonic();
    TEMBLOR_ASSIGN(Index index, index_files(files_, paths_, [&](std::size_t done) {
                     if (clock_.monotonic() - told < kTell) return;
                     told = clock_.monotonic();
                     spdlog::info("{}: the headers of {} of {} files are read", uri_, done, paths_.size());
                   }));
    if (index.channels.empty()) {
      return user_error(uri_, fmt::format("no miniSEED record in {} file(s)", paths_.size()), "check the path");
    }
    // Not before it is known that the run goes on: an error is one line.
    for (const std::string& warning : index.warnings) spdlog::warn("{}", warning);
    index.warnings.clear();
    index_ = std::make_shared<const Index>(std::move(index));
    return {};
  }

  std::string uri_;
  std::vector<std::string> paths_;
  TriggerSettings trigger_;
  CoordinateTable coordinates_;
  FileSystem& files_;
  Clock& clock_;
  std::shared_ptr<const Index> index_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_miniseed_source(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({"coordinates", "sta", "lta", "on", "off", "p"}));
  TEMBLOR_ASSIGN(const TriggerSettings trigger, read_trigger(uri));
  if (uri.path.empty())
    return user_error(uri.text, "names no files", "write miniseed:PATH; * and [] match many, ? is %3F");
  TEMBLOR_ASSIGN(std::vector<std::string> paths, environment.files.glob(uri.path));
  if (paths.empty()) return user_error(uri.text, "no file matches", "check the path");
  for (const std::string& path : paths) {
    char first = 0;  // a directory can be opened, but not read
    const auto file = environment.files.open_read(path, 0);
    const auto got = file ? (*file)->read({&first, 1}) : tl::unexpected(file.error());
    if (!got) return user_error(path, got.error().what, got.error().remedy);
  }
  CoordinateTable coordinates;
  if (const auto path = uri.find("coordinates")) {
    TEMBLOR_ASSIGN(coordinates, CoordinateTable::load(environment.files, *path));
  }
  return std::make_unique<MiniseedSource>(uri.text, std::move(paths), trigger, std::move(coordinates), environment);
}

namespace {

const RegisterConnector kMiniseed{{
    .scheme = "miniseed",
    .help = "miniseed:GLOB?coordinates=FILE  real waveforms, one reading a sample; also sta= lta= on= off= p=",
    .source = make_miniseed_source,
    .sink = nullptr,
    .letter_sink = nullptr,
    .target = nullptr,
}};

}  // namespace

}  // namespace temblor::miniseed
