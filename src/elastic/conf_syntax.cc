#include "elastic/conf_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace temblor::elastic {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kExport = "export ";

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_blanks_in_front(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

/// A line cut where its parts meet; all point into it.
struct Cut {
  std::string_view front;  ///< blanks and `export`
  std::string_view key;
  std::string_view written;  ///< the value as it is written, quotes and all, up to the end of the line
};

/// Nothing where the line is empty or a comment.
std::optional<Cut> cut(std::string_view line) {
  std::string_view rest = without_blanks_in_front(line);
  if (rest.starts_with(kExport)) rest = without_blanks_in_front(rest.substr(kExport.size()));
  if (rest.empty() || rest.front() == '#') return std::nullopt;
  std::size_t end = 0;
  while (end < rest.size() && (is_letter(rest[end]) || (end > 0 && is_digit(rest[end])))) ++end;
  const std::string_view front = line.substr(0, line.size() - rest.size());
  if (end == 0 || end == rest.size() || rest[end] != '=') return Cut{front, {}, rest};
  return Cut{front, rest.substr(0, end), rest.substr(end + 1)};
}

/// Reads a value as a shell would, as far as that is data.
class ValueReader {
 public:
  explicit ValueReader(std::string_view written) : written_(written) {}

  struct Refusal {
    std::string what;
    std::string remedy;
  };

  /// The value; its end is then in position(), where at most blanks and a comment follow.
  tl::expected<std::string, Refusal> read() {
    if (written_.starts_with("~")) return refuse("'~' is not expanded", "write the whole path");
    while (at_ < written_.size() && !is_blank(written_[at_])) {
      const char c = written_[at_];
      tl::expected<void, Refusal> taken;
      if (c == '\'') {
        taken = take_single();
      } else if (c == '"') {
        taken = take_double();
      } else {
        taken = take_bare();
      }
      if (!taken) return tl::unexpected(taken.error());
    }
    const std::string_view rest = without_blanks_in_front(written_.substr(at_));
    if (!rest.empty() && rest.front() != '#') {
      return refuse(fmt::format("more words behind the value: \"{}\"", rest), "put quotes around the whole value");
    }
    return value_;
  }

  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  static tl::unexpected<Refusal> refuse(std::string what, std::string remedy) {
    return tl::unexpected(Refusal{std::move(what), std::move(remedy)});
  }

  tl::expected<void, Refusal> take_single() {
    const std::size_t end = written_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return refuse("a quote ' is not closed", "close it on the same line");
    value_ += written_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return {};
  }

  tl::expected<void, Refusal> take_double() {
    for (++at_; at_ < written_.size(); ++at_) {
      char c = written_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      if (auto safe = refuse_expansion(); !safe) return safe;
      if (c == '\\' && at_ + 1 < written_.size() &&
          std::string_view("\"\\$`").find(written_[at_ + 1]) != std::string_view::npos) {
        c = written_[++at_];
      }
      value_ += c;
    }
    return refuse("a quote \" is not closed", "close it on the same line");
  }

  tl::expected<void, Refusal> take_bare() {
    const char c = written_[at_];
    if (auto safe = refuse_expansion(); !safe) return safe;
    if (std::string_view(";&|<>()").find(c) != std::string_view::npos) {
      return refuse(fmt::format("'{}' means something to a shell, and nothing here is executed", c),
                    "put single quotes around the value");
    }
    if (c == '\\') {
      if (++at_ == written_.size()) return refuse("the line ends in a backslash", "write the value on one line");
    }
    value_ += written_[at_++];
    return {};
  }

  /// What a shell would replace by something else.
  [[nodiscard]] tl::expected<void, Refusal> refuse_expansion() const {
    const char c = written_[at_];
    const char next = at_ + 1 < written_.size() ? written_[at_ + 1] : ' ';
    const std::string remedy = "write the value itself, or put single quotes around it";
    if (c == '`' || (c == '$' && next == '(')) return refuse("commands are never executed here", remedy);
    if (c == '$' && (is_letter(next) || is_digit(next) || next == '{')) {
      return refuse("variables are not replaced here", remedy);
    }
    return {};
  }

  std::string_view written_;
  std::size_t at_ = 0;
  std::string value_;
};

/// How long the placeholder `<…>` is that a value begins with; 0 where it is none. Blanks in it need no quotes.
std::size_t placeholder_size(std::string_view written) {
  const std::size_t end = written.starts_with('<') ? written.find('>') : std::string_view::npos;
  if (end == std::string_view::npos) return 0;
  const std::string_view rest = without_blanks_in_front(written.substr(end + 1));
  return rest.empty() || (rest.front() == '#' && rest.size() < written.size() - end - 1) ? end + 1 : 0;
}

/// Where the written value ends, before blanks and a comment.
std::size_t end_of_value(std::string_view written) {
  if (const std::size_t size = placeholder_size(written); size > 0) return size;
  ValueReader reader(written);
  // What cannot be read is replaced as a whole.
  return reader.read() ? reader.position() : written.size();
}

std::string quoted(std::string_view value) {
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-./:,@%+=").find(c) != std::string_view::npos;
  };
  if (std::all_of(value.begin(), value.end(), plain)) return std::string(value);
  if (value.find('\'') == std::string_view::npos) return fmt::format("'{}'", value);
  std::string text = "\"";
  for (const char c : value) {
    if (std::string_view("\"\\$`").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text + '"';
}

/// Calls `each(line, number)` for the lines of `text` without their ends, until it returns false.
template <class Each>
void for_each_line(std::string_view text, Each each) {
  std::size_t number = 1;
  for (std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    // Editors that disagree leave more than one, and the last line may have only that.
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (!each(line, number)) return;
    at = end + 1;
  }
}

}  // namespace

Result<std::vector<Assignment>> parse_assignments(std::string_view text, const std::string& path) {
  std::vector<Assignment> all;
  Result<std::vector<Assignment>> failed;
  for_each_line(text, [&](std::string_view line, std::size_t number) {
    const auto parts = cut(line);
    if (!parts) return true;
    const std::string place = fmt::format("{}:{}", path, number);
    if (parts->key.empty()) {
      failed = user_error(place, fmt::format("\"{}\" sets nothing", parts->written.substr(0, 60)),
                          "write KEY=value without blanks around '=', or # before a comment");
      return false;
    }
    Assignment assignment{number, std::string(parts->key), {}, false};
    if (const std::size_t size = placeholder_size(parts->written); size > 0) {
      assignment.value = parts->written.substr(0, size);
      assignment.placeholder = true;
    } else {
      auto value = ValueReader(parts->written).read();
      if (!value) {
        failed = user_error(fmt::format("{}: {}", place, parts->key), value.error().what, value.error().remedy);
        return false;
      }
      assignment.placeholder = placeholder_size(*value) == value->size() && !value->empty();
      assignment.value = std::move(*value);
    }
    all.push_back(std::move(assignment));
    return true;
  });
  if (!failed) return failed;
  return all;
}

std::string with_value(std::string_view text, std::string_view key, std::string_view value) {
  std::string_view last;
  for_each_line(text, [&](std::string_view line, std::size_t) {
    const auto parts = cut(line);
    if (parts && parts->key == key) last = parts->written;
    return true;
  });
  std::string result(text);
  if (last.data() != nullptr) {
    const auto at = static_cast<std::size_t>(last.data() - text.data());
    result.replace(at, end_of_value(last), quoted(value));
    return result;
  }
  const std::string_view end = text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
  if (!result.empty() && !result.ends_with('\n')) result += end;
  return result.append(key).append("=").append(quoted(value)).append(end);
}

}  // namespace temblor::elastic
