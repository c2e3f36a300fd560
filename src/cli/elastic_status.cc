#include <fmt/format.h>

#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/scaler.h"

namespace temblor {

Result<int> elastic_status(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Shows the cluster and the scaler as they are now.", "temblor elastic status");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  PosixPrograms programs;
  TEMBLOR_ASSIGN(const std::string text,
                 elastic::Scaler(environment, programs, asked.conf_path, /*shown=*/true).status());
  return print(environment, text);
}

}  // namespace temblor
