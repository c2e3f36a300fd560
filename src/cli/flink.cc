#include "cli/flink.h"

#include "cli/answer.h"
#include "cli/subcommand.h"
#include "settings/command_line.h"

namespace temblor {
namespace {

/// The help of `temblor flink` itself, without a form; anything but a wish for it is a mistake.
Result<int> show_help(std::vector<std::string> arguments, const Environment& environment) {
  CLI::App app("Runs the main job on a cluster of Apache Flink, with the settings of temblor process.",
               "temblor flink");
  std::string form;
  app.add_option("FORM", form, "submit")->type_name("");
  app.footer(
      "Forms:\n"
      "  submit      bring the job to the cluster, and watch it\n"
      "\ntemblor flink submit --help explains it.\n\n"
      "Example:\n"
      "  temblor flink submit --jobmanager localhost:8081 --parallelism 4 --set execution.checkpointing.interval=10s "
      "\\\n"
      "      --from rocketmq://localhost:9876/seismic-data-topic --sink rocketmq://localhost:9876/results\n");
  if (arguments.empty()) arguments = {"--help"};
  TEMBLOR_ASSIGN(const auto help, parse_arguments(app, arguments));
  if (help) return print(environment, *help);
  return user_error(form, "nothing that can be done with Flink", "write temblor flink submit");
}

Result<int> flink(const std::vector<std::string>& arguments, const Environment& environment) {
  if (arguments.empty() || arguments[0] != "submit") return show_help(arguments, environment);
  return flink_submit({arguments.begin() + 1, arguments.end()}, environment);
}

const RegisterSubcommand kFlink{{.name = "flink",
                                 .summary = "run the main job on a cluster of Apache Flink",
                                 .run = [](const std::vector<std::string>& arguments, const Environment& environment) {
                                   const auto code = flink(arguments, environment);
                                   return code ? *code : report(code.error());
                                 }}};

}  // namespace
}  // namespace temblor
