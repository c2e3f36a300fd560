#include "base/program.h"
#include "cli/answer.h"
#include "cli/elastic.h"
#include "elastic/installation.h"

namespace temblor {

Result<int> elastic_install(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app(
      "Lays out the scaler's folder: conf, scripts, folders for logs; and the word count. A conf that is there stays.",
      "temblor elastic install");
  std::string home = "/data/flink/elastic";
  app.add_option("--home", home, "the folder, an absolute path [/data/flink/elastic]")->type_name("DIR");
  TEMBLOR_ASSIGN(const auto help, parse_arguments(app, arguments));
  if (help) return print(environment, *help);
  while (home.size() > 1 && home.ends_with('/')) home.pop_back();
  if (!home.starts_with('/')) return user_error("--home", "is no absolute path", "write one that begins with /");

  const std::string program = own_path();
  if (program.empty()) return world_error("temblor", "does not find its own path", "is /proc there?");
  // As it is installed, or as it is built.
  const std::string folder = directory_of(program);
  std::string word_count = folder + "/../share/temblor/wordcount.jar";
  if (!environment.files.exists(word_count)) word_count = folder + "/../flink/wordcount.jar";
  TEMBLOR_ASSIGN(const auto made, elastic::Installation(environment.files, home, program, word_count).lay_out());
  std::string text;
  for (const std::string& line : made) text += line + "\n";
  return print(environment, text);
}

}  // namespace temblor
