#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "schema/window_result.h"

namespace temblor {

/// Where results go. Called by one thread at a time, in the order of the windows.
///
/// Two ways to deliver, one per job:
///   at once   open, then write for each closed window, then close; sync before each checkpoint, if there are any
///   exactly once   open, then again and again prepare and commit, then close. `prepare` says what must be remembered
///   to commit once more; that and the results themselves are in the checkpoint before `commit` is called, and after
///   a crash `open` gets it back and `commit` is called again with the same: the effect must be the same as once.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Gets ready. `prepared` is what the last checkpoint holds of this sink, nullptr where there is none. It undoes
  /// whatever a crash left behind the prepared state.
  virtual Result<void> open(const std::string* prepared) = 0;

  /// Makes one window's results visible now, not necessarily lasting.
  virtual Result<void> write(const WindowResults& results) = 0;

  /// Makes lasting what was written: what left before a checkpoint does not come again after it. Unlike the others it
  /// may be called while another thread writes, which must not wait for a disk; it need not cover that write.
  virtual Result<void> sync() { return {}; }

  /// What `commit` needs to know to have the same effect when it is repeated (a length, output offsets).
  virtual Result<std::string> prepare() = 0;

  /// Makes the results visible and lasting. `prepared` is what prepare() returned for them.
  virtual Result<void> commit(std::string_view prepared, std::span<const WindowResults> results) = 0;

  /// Hands on what is buffered, at the end of a run.
  virtual Result<void> close() { return {}; }

  /// False for a sink whose output nobody can take back, the console: it is no part of what a checkpoint belongs to.
  [[nodiscard]] virtual bool lasting() const { return true; }
};

/// Where late and dead letters go: serialized, delimited temblor.v1.Letter messages, many at a time. The same two ways.
class LetterSink {
 public:
  virtual ~LetterSink() = default;
  virtual Result<void> open(const std::string* prepared) = 0;
  virtual Result<void> write(std::string_view letters) = 0;
  virtual Result<void> sync() { return {}; }
  virtual Result<std::string> prepare() = 0;
  virtual Result<void> commit(std::string_view prepared, std::string_view letters) = 0;
  virtual Result<void> close() { return {}; }
};

}  // namespace temblor
