#include "cli/elastic.h"
#include "cli/answer.h"
#include "cli/form.h"

#include <fmt/format.h>

#include <array>

#include "cli/subcommand.h"
#include "cli/terminal.h"
#include "schema/printable.h"

namespace temblor {
namespace {

constexpr std::array kForms = {
    Form{"install", "lay out the scaler's folder", elastic_install},
    Form{"check", "try all that scaling needs, before anything is at stake", elastic_check},
    Form{"collect", "take one sample", elastic_collect},
    Form{"decide", "take one decision and carry it out, or --dry-run", elastic_decide},
    Form{"loop", "both, again and again, as a service", elastic_loop},
    Form{"status", "the cluster and the scaler as they are now", elastic_status},
    Form{"alert", "send an alert", elastic_alert},
    Form{"explain", "why the last decision did or did not act", elastic_explain},
    Form{"history", "what has been scaled, when and why", elastic_history},
    Form{"pause", "scale nothing until resume; samples go on", elastic_pause},
    Form{"resume", "scale again", elastic_resume},
    Form{"simulate", "try a policy on a load and a simulated cluster: a day in seconds", elastic_simulate}};

std::string names_of_forms() {
  std::string names;
  for (const Form& form : kForms) names += (names.empty() ? "" : "|") + std::string(form.name);
  return names;
}

/// The help of `temblor elastic` itself, without a form; anything but a wish for it is a mistake.
Result<int> show_help(std::vector<std::string> arguments, const Environment& environment) {
  CLI::App app("Grows and shrinks a Flink Standalone cluster and its job with their load.", "temblor elastic");
  std::string form;
  app.add_option("FORM", form, "one of those below")->type_name("");
  std::string text = list_of_forms(kForms);
  text +=
      "\ntemblor elastic FORM --help explains one.\n\n"
      "Examples:\n"
      "  temblor elastic explain --conf /data/flink/elastic/conf/elastic.conf\n"
      "  temblor elastic simulate --load trace.csv --policy model --svg day.svg\n";
  app.footer(text);
  if (arguments.empty()) arguments = {"--help"};
  TEMBLOR_ASSIGN(const auto help, parse_arguments(app, arguments));
  if (help) return print(environment, *help);
  return user_error("temblor elastic", "needs to know what to do first", "write temblor elastic " + names_of_forms());
}

Result<int> elastic_form(const std::vector<std::string>& arguments, const Environment& environment) {
  if (arguments.empty() || arguments[0].starts_with('-')) return show_help(arguments, environment);
  return run_form(kForms, arguments, environment, "nothing that the scaler does",
                  "write temblor elastic " + names_of_forms());
}

const RegisterSubcommand kElastic{
    {.name = "elastic",
     .summary = "scale a Flink Standalone cluster with its load, or try that in a simulation",
     .run = [](const std::vector<std::string>& arguments, const Environment& environment) {
       const auto code = elastic_form(arguments, environment);
       return code ? *code : report(code.error());
     }}};

}  // namespace

Result<elastic::Conf> read_elastic_conf(const Environment& environment, const std::string& path) {
  TEMBLOR_ASSIGN(auto read, elastic::read_conf(environment.files, path));
  for (const std::string& warning : read.warnings) write_to_stderr("temblor: " + printable(warning) + "\n");
  return std::move(read.conf);
}

Result<ElasticArguments> parse_elastic_arguments(CLI::App& app, const std::vector<std::string>& arguments,
                                                 const Environment& environment) {
  ElasticArguments result;
  result.conf_path = kElasticConfPath;
  app.add_option("--conf", result.conf_path, fmt::format("the elastic.conf [{}]", kElasticConfPath))->type_name("FILE");
  TEMBLOR_ASSIGN(result.help, parse_arguments(app, arguments));
  if (result.help) return result;
  TEMBLOR_ASSIGN(result.conf, read_elastic_conf(environment, result.conf_path));
  return result;
}

}  // namespace temblor
