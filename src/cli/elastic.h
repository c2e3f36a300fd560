#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "elastic/conf.h"
#include "settings/command_line.h"

namespace temblor {

/// The forms of `temblor elastic`; `arguments` are what stands behind the form's name. Each returns the exit code.
/// Errors: what is written wrongly is the user's, files and servers that fail are the world's.
Result<int> elastic_alert(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_check(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_collect(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_decide(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_install(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_loop(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_status(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_simulate(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_explain(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_history(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_pause(const std::vector<std::string>& arguments, const Environment& environment);
Result<int> elastic_resume(const std::vector<std::string>& arguments, const Environment& environment);

/// Where `temblor elastic install` puts the conf unless it is told otherwise.
inline constexpr std::string_view kElasticConfPath = "/data/flink/elastic/conf/elastic.conf";

/// What every form but `simulate` and `install` is told.
struct ElasticArguments {
  std::optional<std::string> help{};  ///< asked for; nothing else is to be done then, nor set
  std::string conf_path{};
  elastic::Conf conf{};
};

/// Adds --conf to the options of `app`, reads them all and then the conf, and tells its warnings on standard error.
Result<ElasticArguments> parse_elastic_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                                 const Environment& environment);

/// Reads a conf and tells its warnings on standard error.
Result<elastic::Conf> read_elastic_conf(const Environment& environment, const std::string& path);

}  // namespace temblor
