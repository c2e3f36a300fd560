#include "cli/inspect.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <csignal>

#include "base/limits.h"
#include "base/nearest.h"
#include "cli/answer.h"
#include "cli/subcommand.h"
#include "connectors/file/delimited_reader.h"
#include "settings/command_line.h"

namespace temblor {
namespace {

struct Kind {
  std::string_view name;
  std::string_view help;
  Result<void> (*show)(const Inspection&);
};

constexpr std::array kKinds = {
    Kind{"records", "a file of delimited SeismicRecords, as file: reads and generate writes", inspect_records},
    Kind{"results", "what a sink wrote: a file of delimited SeismicAggRecords, a CSV file, a folder of them",
         inspect_results},
    Kind{"letters", "what --late-sink and --dead-letter wrote", inspect_letters},
    Kind{"checkpoint", "a checkpoint file, or the newest in a folder", inspect_checkpoint}};

std::string footer() {
  std::string text = "Kinds of files:\n";
  for (const Kind& kind : kKinds) text += fmt::format("  {:<12}{}\n", kind.name, kind.help);
  return text + "\nPATH may be - for standard input with records, letters and results.\n";
}

Result<const Kind*> find_kind(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Kind& kind : kKinds) {
    if (kind.name == name) return &kind;
    names.push_back(kind.name);
  }
  const auto near = nearest(name, names);
  return user_error(
      name, "no such kind of file",
      near ? fmt::format("did you mean {}?", *near) : "write temblor inspect records|results|letters|checkpoint PATH");
}

Result<std::uint64_t> parse_limit(const std::string& text) {
  std::uint64_t limit = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, limit);
  if (read.ec != std::errc{} || read.ptr != end) {
    return user_error("--limit", fmt::format("\"{}\" is no whole number", text), "0 shows all");
  }
  return limit == 0 ? UINT64_MAX : limit;
}

Result<int> inspect(const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app("Shows what is in a file.", "temblor inspect");
  std::string kind_name;
  std::string path;
  std::string limit = "50";
  app.add_option("KIND", kind_name, "records, results, letters or checkpoint")->type_name("");
  app.add_option("PATH", path, "the file; for results and checkpoint also a folder")->type_name("");
  app.add_option("--limit", limit, "rows to show, 0 for all [50]")->type_name("N");
  app.footer(footer());
  TEMBLOR_ASSIGN(const auto help, parse_arguments(app, arguments));
  if (help) return print(environment, *help);
  if (kind_name.empty()) {
    return user_error("temblor inspect", "needs to know what and where",
                      "write temblor inspect records|results|letters|checkpoint PATH");
  }
  TEMBLOR_ASSIGN(const Kind* kind, find_kind(kind_name));
  if (path.empty()) {
    return user_error("temblor inspect " + kind_name, "needs a path",
                      fmt::format("write temblor inspect {} PATH", kind_name));
  }
  TEMBLOR_ASSIGN(const std::uint64_t rows, parse_limit(limit));

  std::signal(SIGPIPE, SIG_DFL);  // whoever reads only the first lines (head) ends us without a word
  TextOutput out(environment.files);
  TEMBLOR_TRY(kind->show({.path = path, .limit = rows, .environment = environment, .out = out}));
  TEMBLOR_TRY(out.flush());
  return 0;
}

const RegisterSubcommand kInspect{
    {.name = "inspect",
     .summary = "show what is in a file: records, results, letters, checkpoints",
     .run = [](const std::vector<std::string>& arguments, const Environment& environment) {
       const auto code = inspect(arguments, environment);
       return code ? *code : report(code.error());
     }}};

Result<std::unique_ptr<SplitReader>> open(const Inspection& inspection) {
  FileSystem& files = inspection.environment.files;
  if (inspection.path == "-") {
    return std::make_unique<DelimitedReader>(files.standard_input(), 0, Timestamp{}, std::nullopt);
  }
  auto file = files.open_read(inspection.path, 0);
  if (!file) return user_error(inspection.path, file.error().what, "check the path and its permissions");
  TEMBLOR_ASSIGN(const std::uint64_t size, files.size(inspection.path));
  return std::make_unique<DelimitedReader>(std::move(*file), 0, Timestamp{}, size);
}

}  // namespace

Result<void> for_each_message(const Inspection& inspection, const std::function<Result<void>(const Message&)>& message,
                              const std::function<Result<void>(const Refusal&)>& lost) {
  TEMBLOR_ASSIGN(const auto reader, open(inspection));
  SourceBatch batch;
  while (true) {
    TEMBLOR_ASSIGN(const PollStatus status, reader->poll(batch, limits::kBatchRecords));
    for (const Message& each : batch.messages) TEMBLOR_TRY(message(each));
    for (const Refusal& each : batch.refusals) TEMBLOR_TRY(lost(each));
    if (status == PollStatus::kEnd) return {};
  }
}

}  // namespace temblor
