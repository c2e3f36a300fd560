#include "elastic/hosts.h"

#include <algorithm>
#include <array>

namespace temblor::elastic {
namespace {

constexpr int kSshFailed = 255;  // ssh(1), "Exit status": an error of ssh itself

std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

}  // namespace

std::string shell_word(std::string_view word) {
  std::string result = "'";
  for (const char c : word) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

bool Hosts::is_this_one(const std::string& host) const {
  constexpr std::array<std::string_view, 3> kLoopback = {"localhost", "127.0.0.1", "::1"};
  return std::find(kLoopback.begin(), kLoopback.end(), host) != kLoopback.end() ||
         std::find(own_names_.begin(), own_names_.end(), host) != own_names_.end();
}

Result<ProgramEnd> Hosts::run(const std::string& host, std::string_view script,
                              const std::vector<std::string>& arguments, Shell shell) {
  std::vector<std::string> words = {"/bin/sh"};
  if (shell == Shell::kLogin) words = {"/bin/bash", "-l"};
  words.insert(words.end(), {"-c", std::string(script), "sh"});
  words.insert(words.end(), arguments.begin(), arguments.end());
  if (is_this_one(host)) return programs_.run(words, limit_);

  // What ssh is given it joins with blanks and leaves to the shell over there: each word is quoted once for that one.
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_word(word);
  const auto connect_s = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(limit_ / 2).count());
  TEMBLOR_ASSIGN(ProgramEnd end, programs_.run({"ssh", "-n", "-o", "BatchMode=yes", "-o",
                                                "ConnectTimeout=" + std::to_string(connect_s), "--", host, line},
                                               limit_));
  if (end.status == kSshFailed) {
    return world_error(host, "cannot be reached over ssh: " + last_line(end.output), "try: ssh " + host + " true");
  }
  return end;
}

Result<std::string> Hosts::must_run(const std::string& host, std::string_view script,
                                    const std::vector<std::string>& arguments, Shell shell) {
  TEMBLOR_ASSIGN(ProgramEnd end, run(host, script, arguments, shell));
  if (end.status != 0) {
    const std::string said = last_line(end.output);
    return world_error(host, said.empty() ? "a command ended with exit code " + std::to_string(end.status) : said);
  }
  return std::move(end.output);
}

}  // namespace temblor::elastic
