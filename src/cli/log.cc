#include "cli/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <utility>

#include "cli/terminal.h"
#include "schema/printable.h"

namespace temblor {
namespace {

/// The message, as it may go to a terminal.
class PrintableMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/, spdlog::memory_buf_t& out) override {
    const std::string text = printable({message.payload.data(), message.payload.size()});
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return spdlog::details::make_unique<PrintableMessage>();
  }
};

}  // namespace

void set_up_log(spdlog::level::level_enum level) {
  // On a terminal a progress line may stand where the log line comes: back to the margin, and erase it.
  const std::string margin = stderr_is_terminal() ? "\r\x1b[K" : "";
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<PrintableMessage>('*').set_pattern(margin + "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %*");
  auto logger = std::make_shared<spdlog::logger>("temblor", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_formatter(std::move(formatter));
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace temblor
