#include "elastic/installation.h"

#include <fmt/format.h>

#include "elastic/conf.h"
#include "elastic/hosts.h"

namespace temblor::elastic {
namespace {

constexpr std::size_t kLargestJar = std::size_t{64} << 20U;

/// The script of a subcommand. The folder is found from the script itself, so that it can be moved.
std::string script(const std::string& program, std::string_view subcommand, std::string_view about) {
  return fmt::format(
      "#!/bin/bash\n"
      "# {}\n"
      "home=$(cd \"$(dirname \"${{BASH_SOURCE[0]}}\")\" && pwd) || exit 1\n"
      "exec {} elastic {} --conf \"$home/conf/elastic.conf\" \"$@\"\n",
      about, shell_word(program), subcommand);
}

/// The service, which shows by its script's name in ps, so that pkill -f elastic_loop.sh ends it.
std::string loop_script(const std::string& program) {
  return fmt::format(
      "#!/bin/bash\n"
      "# Samples and decisions, again and again: nohup elastic_loop.sh > /dev/null 2>&1 &\n"
      "home=$(cd \"$(dirname \"${{BASH_SOURCE[0]}}\")\" && pwd) || exit 1\n"
      "exec -a \"$home/elastic_loop.sh\" {} elastic loop --conf \"$home/conf/elastic.conf\" \"$@\"\n",
      shell_word(program));
}

}  // namespace

std::string new_conf(const std::string& home) {
  Conf conf;
  conf.log_dir = home + "/log";
  conf.metrics_dir = home + "/metrics";
  conf.savepoint_dir = home + "/savepoints";
  std::string text = conf_text(conf);
  constexpr std::string_view kNoJob = "\nFLINK_JOB_ID=\n";
  const std::size_t at = text.find(kNoJob);
  if (at != std::string::npos) text.replace(at, kNoJob.size(), "\nFLINK_JOB_ID=<你的Job ID>\n");
  return text;
}

Result<std::vector<std::string>> Installation::lay_out() {
  std::vector<std::string> made;
  for (const char* folder : {"conf", "log", "metrics", "savepoints"}) {
    TEMBLOR_TRY(files_.create_directories(home_ + "/" + folder));
  }
  const std::string conf = home_ + "/conf/elastic.conf";
  if (files_.exists(conf)) {
    made.push_back(conf + " stays as it is");
  } else {
    TEMBLOR_TRY(replace_file(files_, conf, new_conf(home_)));
    made.push_back(conf);
  }
  TEMBLOR_TRY(write_script("collect_metrics.sh", script(program_, "collect", "One sample.")));
  TEMBLOR_TRY(write_script("elastic_decision.sh", script(program_, "decide", "One decision.")));
  TEMBLOR_TRY(write_script("alert.sh", script(program_, "alert", "Sends an alert: alert.sh LEVEL MESSAGE")));
  TEMBLOR_TRY(write_script("elastic_loop.sh", loop_script(program_)));
  made.push_back(home_ + "/collect_metrics.sh, elastic_decision.sh, elastic_loop.sh, alert.sh");

  if (files_.exists(kJobJar)) {
    made.push_back(std::string(kJobJar) + " stays as it is");
  } else if (!files_.exists(word_count_)) {
    made.push_back(std::string(kJobJar) + " is not made: " + word_count_ + " is not there (make flink builds it)");
  } else {
    TEMBLOR_ASSIGN(const std::string jar, read_file(files_, word_count_, kLargestJar));
    TEMBLOR_TRY(files_.create_directories(directory_of(kJobJar)));
    TEMBLOR_TRY(replace_file(files_, kJobJar, jar));
    made.push_back(kJobJar);
  }
  return made;
}

Result<void> Installation::write_script(const std::string& name, const std::string& text) {
  const std::string path = home_ + "/" + name;
  TEMBLOR_TRY(replace_file(files_, path, text));
  return files_.make_executable(path);
}

}  // namespace temblor::elastic
