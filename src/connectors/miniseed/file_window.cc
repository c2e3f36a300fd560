#include "connectors/miniseed/file_window.h"

#include <algorithm>
#include <span>

#include "connectors/miniseed/record.h"

namespace temblor::miniseed {

void FileWindow::open(const std::string& path, std::uint64_t offset) {
  file_.reset();
  path_ = path;
  base_ = offset;
  begin_ = end_ = 0;
}

Result<std::string_view> FileWindow::view(std::size_t want) {
  if (end_ - begin_ < want) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    base_ += begin_;
    end_ -= begin_;
    begin_ = 0;
    // A chunk more than is wanted, so that what is moved stays in proportion to what is read.
    const std::size_t room = std::max(want, end_) + chunk_;
    if (buffer_.size() < room + kReadableBehind) buffer_.resize(room + kReadableBehind);
    if (!file_) {
      TEMBLOR_ASSIGN(file_, files_.open_read(path_, base_ + end_));
    }
    while (end_ < want) {
      TEMBLOR_ASSIGN(const std::size_t got, file_->read(std::span(buffer_).subspan(end_, room - end_)));
      if (got == 0) break;
      end_ += got;
    }
  }
  return std::string_view(buffer_.data() + begin_, end_ - begin_);
}

void FileWindow::close() {
  file_.reset();
  buffer_ = {};
  base_ += begin_;
  begin_ = end_ = 0;
}

}  // namespace temblor::miniseed
