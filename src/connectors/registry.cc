#include "connectors/registry.h"

#include <algorithm>

#include "base/assert.h"

namespace temblor {
namespace {

/// Inside a function, so that it is there before the first connector registers itself, whatever the linking order.
std::vector<Connector>& registry() {
  static std::vector<Connector> connectors;
  return connectors;
}

/// `role` is what the connector is to serve as, in a sentence: "a source".
template <class Made>
Result<std::unique_ptr<Made>> make(
    std::string_view text, const Environment& environment, std::string_view role,
    std::function<Result<std::unique_ptr<Made>>(const Uri&, const Environment&)> Connector::*factory) {
  TEMBLOR_ASSIGN(const Uri uri, Uri::parse(text));
  bool known = false;
  std::string able;
  for (const Connector& connector : registry()) {
    const bool serves = static_cast<bool>(connector.*factory);
    if (connector.scheme == uri.scheme) {
      if (serves) return (connector.*factory)(uri, environment);
      known = true;
    }
    if (serves) able.append(able.empty() ? "" : ", ").append(connector.scheme);
  }
  return user_error(
      uri.text, known ? "'" + uri.scheme + "' cannot be " + std::string(role) : "unknown scheme '" + uri.scheme + "'",
      "these can be " + std::string(role) + ": " + able);
}

}  // namespace

RegisterConnector::RegisterConnector(Connector connector) {
  auto& all = registry();
  const auto place = std::lower_bound(all.begin(), all.end(), connector.scheme,
                                      [](const Connector& c, std::string_view scheme) { return c.scheme < scheme; });
  TEMBLOR_ASSERT(place == all.end() || place->scheme != connector.scheme);
  all.insert(place, std::move(connector));
}

const std::vector<Connector>& connectors() { return registry(); }

Result<std::unique_ptr<Source>> make_source(std::string_view uri, const Environment& environment) {
  return make(uri, environment, "a source", &Connector::source);
}

Result<std::unique_ptr<Sink>> make_sink(std::string_view uri, const Environment& environment) {
  return make(uri, environment, "a sink", &Connector::sink);
}

Result<std::unique_ptr<LetterSink>> make_letter_sink(std::string_view uri, const Environment& environment) {
  return make(uri, environment, "a sink for letters", &Connector::letter_sink);
}

Result<std::unique_ptr<Target>> make_target(std::string_view uri, const Environment& environment) {
  return make(uri, environment, "written to by generate", &Connector::target);
}

}  // namespace temblor
