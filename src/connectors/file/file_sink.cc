#include "connectors/file/file_sink.h"

#include "schema/serializer.h"

namespace temblor {
namespace {

constexpr std::size_t kTargetBufferBytes = std::size_t{256} << 10;

}  // namespace

void append_result_messages(const WindowResults& results, std::string& out) {
  std::string message;
  for (const ResultRow& row : results.rows) {
    message.clear();
    serialize(row, results.window_start, results.window_end, message);
    append_delimited(message, out);
  }
}

Result<void> FileSink::write(const WindowResults& results) {
  bytes_.clear();
  append_result_messages(results, bytes_);
  return log_.append(bytes_);
}

Result<void> FileSink::commit(std::string_view prepared, std::span<const WindowResults> results) {
  TEMBLOR_TRY(log_.cut_back(prepared));
  for (const WindowResults& window : results) TEMBLOR_TRY(write(window));
  return log_.sync();
}

Result<void> FileTarget::send(std::string_view message) {
  append_delimited(message, buffer_);
  return buffer_.size() < kTargetBufferBytes ? Result<void>() : flush();
}

Result<void> FileTarget::flush() {
  if (file_ == nullptr) {
    if (path_) {
      TEMBLOR_TRY(files_.create_directories(directory_of(*path_)));
      TEMBLOR_ASSIGN(file_, files_.create(*path_));
    } else {
      file_ = files_.standard_output();
    }
  }
  TEMBLOR_TRY(file_->append(buffer_));
  buffer_.clear();
  return {};
}

}  // namespace temblor
