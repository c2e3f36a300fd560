#include "connectors/memory/memory_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "schema/deserializer.h"
#include "schema/float_text.h"

namespace temblor {
namespace {

void append_lines(const WindowResults& results, std::vector<std::string>& lines) {
  for (const ResultRow& row : results.rows) {
    std::string line = fmt::format("{} {} {}", row.sensor_id, to_ms(results.window_start), to_ms(results.window_end));
    for (const float amplitude : {row.avg_amplitude, row.max_amplitude, row.min_amplitude}) {
      line.push_back(' ');
      append_float_text(amplitude, line);
    }
    line += fmt::format(" {} {} {}", row.p_phase_count, row.s_phase_count, row.n_phase_count);
    lines.push_back(std::move(line));
  }
}

std::vector<std::string> split_letters(std::string_view letters) {
  std::vector<std::string> messages;
  while (!letters.empty()) {
    const FrameLength frame = read_frame_length(letters);
    if (frame.status != FrameLength::Status::kOk || letters.size() - frame.prefix < frame.length) {
      messages.push_back("bytes that are no delimited letter");
      break;
    }
    messages.emplace_back(letters.substr(frame.prefix, frame.length));
    letters.remove_prefix(frame.prefix + frame.length);
  }
  return messages;
}

}  // namespace

std::vector<std::string> MemoryOutput::visible() const {
  const std::lock_guard lock(mutex_);
  return visible_;
}

std::vector<std::string> MemoryOutput::violations() const {
  const std::lock_guard lock(mutex_);
  return violations_;
}

void MemoryLog::violate(std::string what) { output_->violations_.push_back(std::move(what)); }

Result<void> MemoryLog::open(const std::string* prepared) {
  const std::lock_guard lock(output_->mutex_);
  if (open_) violate("opened twice");
  open_ = true;
  return prepared == nullptr ? Result<void>() : cut_back(*prepared);
}

Result<void> MemoryLog::append(std::vector<std::string> entries) {
  const std::lock_guard lock(output_->mutex_);
  if (!open_) violate("written to before open");
  auto& visible = output_->visible_;
  visible.insert(visible.end(), std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
  return {};
}

Result<std::string> MemoryLog::prepare() {
  const std::lock_guard lock(output_->mutex_);
  if (!open_) violate("prepared before open");
  return std::to_string(output_->visible_.size());
}

Result<void> MemoryLog::cut_back(std::string_view prepared) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(prepared.data(), prepared.data() + prepared.size(), count);
  if (error != std::errc() || end != prepared.data() + prepared.size() || count > output_->visible_.size()) {
    violate(fmt::format("'{}' was never prepared", prepared));
    return world_error("memory", "is shorter than what was committed");
  }
  output_->visible_.resize(count);
  return {};
}

Result<void> MemoryLog::commit(std::string_view prepared, std::vector<std::string> entries) {
  const std::lock_guard lock(output_->mutex_);
  if (!open_) violate("committed before open");
  TEMBLOR_TRY(cut_back(prepared));
  auto& visible = output_->visible_;
  auto& seen = output_->seen_;
  for (std::string& entry : entries) {
    if (visible.size() < seen.size() && seen[visible.size()] != entry) {
      violate(fmt::format("'{}' was visible, and came again as '{}'", seen[visible.size()], entry));
    }
    visible.push_back(std::move(entry));
  }
  if (visible.size() > seen.size()) seen = visible;
  return {};
}

Result<void> MemorySink::write(const WindowResults& results) {
  std::vector<std::string> lines;
  append_lines(results, lines);
  return log_.append(std::move(lines));
}

Result<void> MemorySink::commit(std::string_view prepared, std::span<const WindowResults> results) {
  std::vector<std::string> lines;
  for (const WindowResults& window : results) append_lines(window, lines);
  return log_.commit(prepared, std::move(lines));
}

Result<void> MemoryLetterSink::write(std::string_view letters) { return log_.append(split_letters(letters)); }

Result<void> MemoryLetterSink::commit(std::string_view prepared, std::string_view letters) {
  return log_.commit(prepared, split_letters(letters));
}

}  // namespace temblor
