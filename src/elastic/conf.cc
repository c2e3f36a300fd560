#include "elastic/conf.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "elastic/conf_keys.h"
#include "elastic/conf_syntax.h"

namespace temblor::elastic {
namespace {

constexpr std::size_t kJobIdDigits = 32;

bool is_job_id(std::string_view text) {
  return text.size() == kJobIdDigits && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string unknown_key(const std::string& place, const std::string& key) {
  const auto near = nearest(key, conf_keys());
  return fmt::format("{}: {}: no such key{}", place, key, near ? fmt::format(" (did you mean {}?)", *near) : "");
}

}  // namespace

Result<ReadConf> parse_conf(std::string_view text, const std::string& path) {
  TEMBLOR_ASSIGN(const auto assignments, parse_assignments(text, path));
  ReadConf read;
  std::map<std::string, const Assignment*> last;
  for (const Assignment& assignment : assignments) {
    const auto [before, fresh] = last.try_emplace(assignment.key, &assignment);
    if (fresh) continue;
    read.warnings.push_back(fmt::format("{}:{}: {}: is set again, which replaces line {}", path, assignment.line,
                                        assignment.key, before->second->line));
    before->second = &assignment;
  }
  // In the order of the file, so that errors and warnings come as a person reads it.
  for (const Assignment& assignment : assignments) {
    if (last.at(assignment.key) != &assignment) continue;
    const std::string place = fmt::format("{}:{}", path, assignment.line);
    const bool unset = assignment.placeholder || assignment.value.empty();
    // Comments may be written as they like; a value goes to others as JSON.
    if (!unset && !is_utf8(assignment.value)) {
      return user_error(fmt::format("{}: {}", place, assignment.key), "is no UTF-8", "write the value in UTF-8");
    }
    // Even where it sets nothing a key has to be one.
    Conf ignored;
    auto known = set_key(unset ? ignored : read.conf, assignment.key, assignment.value);
    if (!known && !unset) {
      known.error().where = place + ": " + known.error().where;
      return tl::unexpected(std::move(known).error());
    }
    if (known && !*known) read.warnings.push_back(unknown_key(place, assignment.key));
    if (assignment.key == "FLINK_JOB_ID" && !unset && !is_job_id(assignment.value)) {
      read.warnings.push_back(fmt::format("{}: FLINK_JOB_ID: \"{}\" is no job id (32 hex digits) and taken for not set",
                                          place, assignment.value.substr(0, 2 * kJobIdDigits)));
      read.conf.flink_job_id.clear();
    }
  }
  const auto is_set = [&](const std::string& key) {
    const auto found = last.find(key);
    return found != last.end() && !found->second->value.empty() && !found->second->placeholder;
  };
  Conf& conf = read.conf;
  if (!is_set("COOLDOWN_OUT")) conf.cooldown_out = conf.trigger_duration;
  if (!is_set("COOLDOWN_IN")) conf.cooldown_in = 2 * conf.trigger_duration;
  std::transform(conf.flink_job_id.begin(), conf.flink_job_id.end(), conf.flink_job_id.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  TEMBLOR_TRY(check_together(conf, path));
  return read;
}

Result<ReadConf> read_conf(FileSystem& files, const std::string& path) {
  if (!files.exists(path)) {
    return user_error(path, "there is no such file", "name the elastic.conf with --conf, or make it: elastic install");
  }
  TEMBLOR_ASSIGN(const std::string text, read_file(files, path, limits::kElasticConfBytes));
  return parse_conf(text, path);
}

Result<void> write_conf_value(FileSystem& files, const std::string& path, std::string_view key,
                              std::string_view value) {
  if (value.find_first_of("\r\n") != std::string_view::npos) {
    return user_error(fmt::format("{}: {}", path, key), "a value is one line", "write it without line ends");
  }
  TEMBLOR_ASSIGN(const std::string text, read_file(files, path, limits::kElasticConfBytes));
  return replace_file(files, path, with_value(text, key, value));
}

}  // namespace temblor::elastic
