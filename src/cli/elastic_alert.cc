#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/scaler.h"

namespace temblor {

Result<int> elastic_alert(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Sends an alert: to log/alert.log, and to ALERT_COMMAND and ALERT_WEBHOOK where they are set.",
               "temblor elastic alert");
  std::string level;
  std::vector<std::string> message;
  app.add_option("LEVEL", level, "INFO, WARN or ERROR")->type_name("")->required();
  app.add_option("MESSAGE", message, "what to tell")->type_name("")->required();
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  std::string text;
  for (const std::string& word : message) text += (text.empty() ? "" : " ") + word;
  PosixPrograms programs;
  TEMBLOR_TRY(elastic::Scaler(environment, programs, asked.conf_path, /*shown=*/true).alert(level, text));
  return 0;
}

}  // namespace temblor
