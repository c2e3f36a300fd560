#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/scaler.h"

namespace temblor {

Result<int> elastic_decide(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Takes one decision by the samples there are, and carries it out.", "temblor elastic decide");
  bool dry_run = false;
  app.add_flag("--dry-run", dry_run, "only say what would be done");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  PosixPrograms programs;
  TEMBLOR_TRY(elastic::Scaler(environment, programs, asked.conf_path, /*shown=*/true).decide(dry_run));
  return 0;
}

}  // namespace temblor
