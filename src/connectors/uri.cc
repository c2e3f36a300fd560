#include "connectors/uri.h"

#include <algorithm>

#include "connectors/registry.h"

namespace temblor {
namespace {

constexpr std::string_view kForms = "write scheme:path?key=value, such as file:PATH for a file";

bool is_scheme(std::string_view text) {
  const auto legal = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-'; };
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::all_of(text.begin(), text.end(), legal);
}

bool is_registered(std::string_view scheme) {
  const auto& all = connectors();
  return std::any_of(all.begin(), all.end(), [&](const Connector& c) { return c.scheme == scheme; });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decode(std::string_view text, const std::string& uri) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return user_error(uri, "'%' is not followed by two hexadecimal digits", "write %25 for a percent sign");
    }
    if (high == 0 && low == 0) return user_error(uri, "%00 cannot stand in a name");
    decoded.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return decoded;
}

Result<std::map<std::string, std::string>> parse_query(std::string_view text, const std::string& uri) {
  std::map<std::string, std::string> query;
  while (true) {
    const std::string_view pair = text.substr(0, text.find('&'));
    const std::string_view key = pair.substr(0, pair.find('='));
    if (key.empty()) return user_error(uri, "a setting behind '?' has no name", "write ?key=value&key=value");
    TEMBLOR_ASSIGN(std::string value, decode(pair.substr(std::min(key.size() + 1, pair.size())), uri));
    if (!query.emplace(key, std::move(value)).second) {
      return user_error(uri, "'" + std::string(key) + "' is given twice", "give it once");
    }
    if (pair.size() == text.size()) return query;
    text.remove_prefix(pair.size() + 1);
  }
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text) {
  Uri uri;
  uri.text = text;
  if (text.empty()) return user_error("''", "is no URI", std::string(kForms));
  const std::string_view front = text.substr(0, text.find('?'));
  const std::size_t colon = front.find(':');
  const std::string_view scheme = front.substr(0, colon);
  if (colon == std::string_view::npos) {
    // Only a word that stands for a connector by itself: a forgotten `file:` must not become a surprise.
    if (scheme != "-" && !is_registered(scheme)) {
      return user_error(uri.text, "has no scheme", "write file:" + uri.text + " for a file");
    }
  } else {
    if (!is_scheme(scheme)) return user_error(uri.text, "does not begin with a scheme", std::string(kForms));
    TEMBLOR_ASSIGN(uri.path, decode(front.substr(colon + 1), uri.text));
  }
  uri.scheme = scheme;
  if (front.size() < text.size()) {
    TEMBLOR_ASSIGN(uri.query, parse_query(text.substr(front.size() + 1), uri.text));
  }
  return uri;
}

Result<void> Uri::allow_only(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : query) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string remedy;
    for (const std::string_view name : known) remedy.append(remedy.empty() ? "known: " : ", ").append(name);
    return user_error(text, "unknown setting '" + key + "'",
                      remedy.empty() ? "'" + scheme + "' takes no settings" : std::move(remedy));
  }
  return {};
}

std::optional<std::string> Uri::find(std::string_view key) const {
  const auto found = query.find(std::string(key));
  if (found == query.end()) return std::nullopt;
  return found->second;
}

}  // namespace temblor
