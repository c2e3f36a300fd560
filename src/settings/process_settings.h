#pragma once

#include <spdlog/common.h>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/job.h"

namespace temblor {

/// What runs a job: it decides which settings there are.
enum class Host : std::uint8_t {
  kProcess,  ///< `temblor process`
  kFlink,    ///< a cluster of Apache Flink
};

/// The settings of the main job, read and in range; sources and sinks are still URIs.
struct ProcessSettings {
  std::vector<std::string> from;
  std::vector<std::string> sink;
  std::string late_sink;
  std::string dead_letter;
  std::optional<TimeMode> time;  ///< else the sources' own
  std::string summary;
  spdlog::level::level_enum log_level = spdlog::level::info;
  Job job;  ///< all that is no URI
};

/// One setting: `name` in a file, `--name` on the command line.
struct Setting {
  enum class Type : unsigned char { kText, kNumber, kList };

  std::string_view name;
  Type type;                 ///< in a file; kList is one text or several
  std::string_view form;     ///< what to write, for the help
  std::string_view group;    ///< where in the help it stands
  std::string_view help;     ///< one line
  std::string_view initial;  ///< the default, as a person would write it; empty: none, or one that is found out
  /// Reads one value; a list's is added. Refuses what is wrong with an error whose `where` is the value, quoted.
  Result<void> (*set)(ProcessSettings& settings, const std::string& text);
  std::string_view on_flink{};  ///< what takes its place where Flink is the host; empty: it is a setting there too
};

/// Whether there is such a setting where that host runs the job.
inline bool known_to(Host host, const Setting& setting) { return host == Host::kProcess || setting.on_flink.empty(); }

/// All settings, in the order of the help.
std::span<const Setting> process_settings();

/// The setting of that name, nullptr where there is none.
const Setting* find_process_setting(std::string_view name);

/// What was written for one setting, and where.
struct Written {
  std::vector<std::string> values;  ///< one, but for lists
  std::string origin;               ///< for people: "default", "temblor.toml:3", "command line"
  std::string place;                ///< for errors: "--window", "temblor.toml:3: window"
};

/// By the settings' names.
using WrittenSettings = std::map<std::string, Written, std::less<>>;

/// The values that hold where nothing is written. Those without a default are not among them.
WrittenSettings default_settings(Host host);

/// Refuses what was written for another host, with its place and what takes its place there.
Result<void> check_host(const WrittenSettings& written, Host host);

/// Reads what was written; the first bad value is refused with its place.
Result<ProcessSettings> read_settings(const WrittenSettings& written);

/// Refuses the values of one setting that cannot be read, with their place.
Result<void> check_setting(const Setting& setting, const Written& written);

}  // namespace temblor
