#include <algorithm>

#include "connectors/file/file_sink.h"
#include "connectors/file/file_source.h"
#include "connectors/output_path.h"
#include "connectors/registry.h"
#include "connectors/standard_output.h"

namespace temblor {
namespace {

Result<void> need_path(const Uri& uri) {
  return uri.path.empty() ? user_error(uri.text, "has no path", "write file:PATH") : Result<void>();
}

/// A missing or unreadable file is the command line's fault, and said before anything begins. A pipe is opened once,
/// when it is read: who writes to it would see it broken in between.
Result<void> check_readable(const Uri& uri, FileSystem& files, const std::string& path) {
  const bool is_stream = !files.is_regular_file(path) && !files.list(path);
  if (is_stream && files.is_readable(path)) return {};
  auto file = files.open_read(path, 0);
  if (!file) return user_error(uri.text, file.error().what, "check the path and its permissions");
  return {};
}

Result<std::unique_ptr<Source>> make_file_source(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({"follow"}));
  TEMBLOR_TRY(need_path(uri));
  const auto follow = uri.find("follow");
  if (follow && !follow->empty()) return user_error(uri.text, "'follow' takes no value", "write ?follow");
  FileSystem& files = environment.files;
  std::vector<std::string> paths = {uri.path};
  if (!files.exists(uri.path) && uri.path.find_first_of("*?[") != std::string::npos) {
    TEMBLOR_ASSIGN(paths, files.glob(uri.path));
    if (paths.empty() && !follow) return user_error(uri.text, "no file matches", "check the pattern");
  }
  for (const std::string& path : paths) TEMBLOR_TRY(check_readable(uri, files, path));
  const bool rewindable =
      std::all_of(paths.begin(), paths.end(), [&](const std::string& path) { return files.is_regular_file(path); });
  return std::make_unique<FileSource>(environment, uri.path, follow.has_value(), rewindable);
}

template <class Made, class Base>
Result<std::unique_ptr<Base>> make_output(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({}));
  TEMBLOR_TRY(need_path(uri));
  TEMBLOR_TRY(check_output_path(uri.path, uri.text, environment.files));
  return std::make_unique<Made>(environment.files, uri.path);
}

const RegisterConnector kFile{{.scheme = "file",
                               .help =
                                   "file:PATH  messages, a varint length before each; read: patterns (*) too, ?follow "
                                   "for files that grow; results and letters go to the file's end, generate "
                                   "makes it anew; its folder must be there",
                               .source = make_file_source,
                               .sink = make_output<FileSink, Sink>,
                               .letter_sink = make_output<FileLetterSink, LetterSink>,
                               .target = make_output<FileTarget, Target>}};

Result<std::unique_ptr<Source>> make_standard_input(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({}));
  return std::make_unique<StandardInputSource>(environment);
}

Result<std::unique_ptr<Sink>> make_standard_output(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({}));
  return std::make_unique<StandardOutputSink>(environment.files, append_result_messages);
}

Result<std::unique_ptr<LetterSink>> make_standard_output_letters(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({}));
  return std::make_unique<StandardOutputLetterSink>(environment.files);
}

Result<std::unique_ptr<Target>> make_standard_output_target(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({}));
  return std::make_unique<FileTarget>(environment.files, std::nullopt);
}

const RegisterConnector kStandard{{.scheme = "-",
                                   .help = "-  the same from standard input, or to standard output",
                                   .source = make_standard_input,
                                   .sink = make_standard_output,
                                   .letter_sink = make_standard_output_letters,
                                   .target = make_standard_output_target}};

}  // namespace
}  // namespace temblor
