#include "elastic/pause.h"

#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/texts.h"

namespace temblor {

Result<int> elastic_pause(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Scales nothing until `temblor elastic resume`; also a service that runs already heeds it.",
               "temblor elastic pause");
  std::string reason;
  app.add_option("--reason", reason, "kept beside it, for who finds it paused")->type_name("TEXT");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  elastic::PauseMarker marker(environment.files, asked.conf.metrics_dir);
  TEMBLOR_TRY(marker.set(environment.clock.now(), reason));
  return print(environment, elastic::Texts(asked.conf.elastic_lang).paused() + "\n");
}

Result<int> elastic_resume(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Scales again after `temblor elastic pause`.", "temblor elastic resume");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  elastic::PauseMarker marker(environment.files, asked.conf.metrics_dir);
  const bool was_paused = marker.is_set();
  TEMBLOR_TRY(marker.clear());
  return print(environment, elastic::Texts(asked.conf.elastic_lang).resumed(was_paused) + "\n");
}

}  // namespace temblor
