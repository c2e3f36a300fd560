#include <fmt/format.h>

#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/scaler.h"
#include "schema/printable.h"

namespace temblor {

Result<int> elastic_check(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app(
      "Tries all that scaling needs, before anything is at stake: REST, job, ssh, Flink's scripts, savepoints.",
      "temblor elastic check");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  PosixPrograms programs;
  TEMBLOR_ASSIGN(const auto trials, elastic::Scaler(environment, programs, asked.conf_path, /*shown=*/true).check());
  std::string text;
  bool good = true;
  for (const elastic::Trial& trial : trials) {
    good = good && trial.found.has_value();
    text += fmt::format("{}  {}: {}\n", trial.found ? "ok    " : "FAILED", trial.what,
                        printable(trial.found ? *trial.found : trial.found.error().to_line()));
  }
  print(environment, text);
  return good ? 0 : 1;
}

}  // namespace temblor
