#include <charconv>

#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/explain.h"

namespace temblor {

Result<int> elastic_history(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Lists what has been scaled, when and why, the newest last.", "temblor elastic history");
  std::string text = "50";
  app.add_option("--limit", text, "how many decisions at most, 0 for all that are kept [50]")->type_name("N");
  TEMBLOR_ASSIGN(const ElasticArguments asked, parse_elastic_arguments(app, arguments, environment));
  if (asked.help) return print(environment, *asked.help);
  std::size_t limit = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
    return user_error("--limit", "\"" + text + "\" is no whole number", "0 shows all");
  }
  elastic::DecisionLog log(environment.files, asked.conf.metrics_dir);
  TEMBLOR_ASSIGN(const auto events, log.events(limit == 0 ? SIZE_MAX : limit));
  return print(environment, elastic::list_events(events, elastic::Texts(asked.conf.elastic_lang)));
}

}  // namespace temblor
