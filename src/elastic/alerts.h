#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"

namespace temblor::elastic {

/// How bad it is. INFO tells, WARN wants to be looked at, ERROR wants somebody now.
enum class AlertLevel : std::uint8_t { kInfo, kWarn, kError };

std::string_view to_string(AlertLevel level);
/// Reads INFO, WARN or WARNING, ERROR or CRITICAL, in any case; what is none of these is an ERROR: better too loud.
AlertLevel alert_level_from(std::string_view text);

/// One message, as it goes to people.
struct Alert {
  AlertLevel level = AlertLevel::kError;
  std::string trouble;   ///< what it is about: the same trouble has the same name each time
  std::string message;   ///< one line
  Timestamp began{};     ///< of the trouble
  bool is_over = false;  ///< the trouble has ended
};

/// Alertmanager's webhook message, version 4 (prometheus.io/docs/alerting/latest/configuration, "webhook_config").
std::string webhook_message(const Alert& alert, Timestamp now, const std::string& host);

/// A trouble that people were told of, and that is not over.
struct OpenTrouble {
  AlertLevel level = AlertLevel::kError;
  Timestamp began{};
  Timestamp told{};
  std::int64_t folded = 0;  ///< times that were not told since
};
using OpenTroubles = std::map<std::string, OpenTrouble>;  ///< by name

/// Tells people of trouble, once: repeated ones are folded, and the end of each is told too. What is open is kept in a
/// file, so that it is the same trouble for the next process. One thread at a time, one process at a time.
class Alerts {
 public:
  /// Sends one somewhere; what goes wrong there is written into the log.
  using Channel = std::function<Result<void>(const Alert&)>;

  /// `log` and `open` are paths; `repeat`: the same trouble is told again after so long. `unwritten` outlives this, and
  /// holds what is open as long as it cannot be written: a full disk would else be told of in each round.
  Alerts(FileSystem& files, const Clock& clock, std::string log, std::string open, Milliseconds repeat,
         std::optional<OpenTroubles>& unwritten)
      : files_(files),
        clock_(clock),
        log_(std::move(log)),
        open_(std::move(open)),
        repeat_(repeat),
        unwritten_(unwritten) {}

  /// Each alert also goes there.
  void add_channel(std::string name, Channel channel) { channels_.emplace_back(std::move(name), std::move(channel)); }

  /// Tells of a trouble; what was told less than `repeat` ago is counted only.
  void raise(AlertLevel level, const std::string& trouble, const std::string& message);

  /// Tells that a trouble is over, where it was told of.
  void resolve(const std::string& trouble, const std::string& message);

  /// The same for each whose name begins like this.
  void resolve_all(std::string_view beginning, const std::string& message);

  /// Tells something that has no end; never folded.
  void tell(AlertLevel level, const std::string& message);

 private:
  void send(const Alert& alert, const std::string& message);
  void write_line(AlertLevel level, std::string_view message);
  OpenTroubles read_open();
  void write_open(const OpenTroubles& open);

  FileSystem& files_;
  const Clock& clock_;
  std::string log_;
  std::string open_;
  Milliseconds repeat_;
  std::optional<OpenTroubles>& unwritten_;
  std::vector<std::pair<std::string, Channel>> channels_;
};

}  // namespace temblor::elastic
