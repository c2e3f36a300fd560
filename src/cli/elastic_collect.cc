#include "cli/answer.h"
#include "cli/elastic.h"
#include "cli/terminal.h"
#include "elastic/scaler.h"

namespace temblor {

Result<int> elastic_collect(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Takes one sample of the cluster, prints it and adds it to the history.", "temblor elastic collect");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  PosixPrograms programs;
  TEMBLOR_ASSIGN(const elastic::Collected collected,
                 elastic::Scaler(environment, programs, asked.conf_path, /*shown=*/true).collect());
  if (!collected.note.empty()) write_to_stderr("temblor: " + collected.note + "\n");
  return print(environment, collected.line + "\n");
}

}  // namespace temblor
