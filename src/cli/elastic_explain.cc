#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/explain.h"

namespace temblor {

Result<int> elastic_explain(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Says in words why the last decision did or did not act.", "temblor elastic explain");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  elastic::DecisionLog log(environment.files, asked.conf.metrics_dir);
  TEMBLOR_ASSIGN(const auto newest, log.newest());
  if (!newest) {
    return world_error(asked.conf.metrics_dir, "no decision has been taken yet", "wait for one, or take one: decide");
  }
  return print(environment, elastic::explain(*newest, elastic::Texts(asked.conf.elastic_lang)));
}

}  // namespace temblor
