#include "connectors/console/console_text.h"

#include <charconv>

#include "base/utf8.h"
#include "connectors/registry.h"
#include "connectors/standard_output.h"
#include "schema/float_text.h"

namespace temblor {
namespace {

void append_escaped(unsigned char byte, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.append("\\x");
  out.push_back(kDigits[byte >> 4U]);
  out.push_back(kDigits[byte & 15U]);
}

void append_id(std::string_view id, std::string& out) {
  const bool utf8 = is_utf8(id);
  for (std::size_t i = 0; i < id.size(); ++i) {
    const auto byte = static_cast<unsigned char>(id[i]);
    // U+0080 to U+009F are control characters too; in UTF-8 they are C2 80 to C2 9F.
    const bool wide_control = utf8 && byte == 0xC2 && static_cast<unsigned char>(id[i + 1]) < 0xA0;
    if (wide_control) {
      append_escaped(byte, out);
      append_escaped(static_cast<unsigned char>(id[++i]), out);
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8)) {
      append_escaped(byte, out);
    } else {
      out.push_back(id[i]);
    }
  }
}

void append_count(std::int32_t count, std::string& out) {
  char text[16];
  out.append(text, std::to_chars(text, text + sizeof text, count).ptr);
}

Result<std::unique_ptr<Sink>> make_console(const Uri& uri, const Environment& environment) {
  TEMBLOR_TRY(uri.allow_only({}));
  if (!uri.path.empty()) return user_error(uri.text, "takes no path", "write console");
  return std::make_unique<StandardOutputSink>(environment.files, append_console_text);
}

const RegisterConnector kConsole{{.scheme = "console",
                                  .help = "console  prints a line for each result",
                                  .source = nullptr,
                                  .sink = make_console,
                                  .letter_sink = nullptr,
                                  .target = nullptr}};

}  // namespace

void append_console_text(const WindowResults& results, std::string& out) {
  for (const ResultRow& row : results.rows) {
    out.append("Window Result: ");
    append_id(row.sensor_id, out);
    out.append(" avg=");
    append_float_text(row.avg_amplitude, out);
    out.append(" max=");
    append_float_text(row.max_amplitude, out);
    out.append(" min=");
    append_float_text(row.min_amplitude, out);
    out.append(" P=");
    append_count(row.p_phase_count, out);
    out.append(" S=");
    append_count(row.s_phase_count, out);
    out.append(" N=");
    append_count(row.n_phase_count, out);
    out.push_back('\n');
  }
}

}  // namespace temblor
