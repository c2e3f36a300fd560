#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "connectors/sink.h"
#include "connectors/source.h"
#include "connectors/uri.h"

namespace temblor {

/// What `generate --to` writes to: messages in order.
class Target {
 public:
  virtual ~Target() = default;
  /// Hands on one message; buffered as the target likes.
  virtual Result<void> send(std::string_view message) = 0;
  /// Returns once everything that was sent has arrived.
  virtual Result<void> flush() = 0;
};

/// What stands behind a scheme. A connector registers itself from its own file, so that adding one is adding a file:
///
///   static const RegisterConnector kFile{{.scheme = "file", .help = "file:PATH …", .source = …, .sink = …}};
///
/// A factory checks its URI whole (unknown keys, bad values, files that cannot be read) and touches nothing yet.
struct Connector {
  std::string_view scheme;
  std::string_view help;  ///< one line for `temblor process --help`, what to write and what it does
  std::function<Result<std::unique_ptr<Source>>(const Uri&, const Environment&)> source;
  std::function<Result<std::unique_ptr<Sink>>(const Uri&, const Environment&)> sink;
  std::function<Result<std::unique_ptr<LetterSink>>(const Uri&, const Environment&)> letter_sink;
  std::function<Result<std::unique_ptr<Target>>(const Uri&, const Environment&)> target;
};

struct RegisterConnector {
  explicit RegisterConnector(Connector connector);
};

/// All connectors, sorted by scheme.
const std::vector<Connector>& connectors();

/// Makes what a URI names; an unknown scheme is refused with the known ones that can serve.
Result<std::unique_ptr<Source>> make_source(std::string_view uri, const Environment& environment);
Result<std::unique_ptr<Sink>> make_sink(std::string_view uri, const Environment& environment);
Result<std::unique_ptr<LetterSink>> make_letter_sink(std::string_view uri, const Environment& environment);
Result<std::unique_ptr<Target>> make_target(std::string_view uri, const Environment& environment);

}  // namespace temblor
