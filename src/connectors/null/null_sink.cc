#include "connectors/null/null_sink.h"

namespace temblor {
namespace {

/// Takes no path and no settings, whatever it is to serve as.
template <class Made, class Base>
Result<std::unique_ptr<Base>> make(const Uri& uri, const Environment&) {
  TEMBLOR_TRY(uri.allow_only({}));
  if (!uri.path.empty()) return user_error(uri.text, "takes no path", "write null:");
  return std::make_unique<Made>();
}

const RegisterConnector kNull{{.scheme = "null",
                               .help = "null:  takes everything and keeps nothing",
                               .source = nullptr,
                               .sink = make<NullSink, Sink>,
                               .letter_sink = make<NullLetterSink, LetterSink>,
                               .target = make<NullTarget, Target>}};

}  // namespace
}  // namespace temblor
