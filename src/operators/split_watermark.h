#pragma once

#include "base/time.h"
#include "operators/window_assigner.h"

namespace temblor {

/// How far event time has come in one split: its highest accepted timestamp less the out-of-orderness. Whether a
/// reading is late follows from this alone, and so from nothing but the split's own content.
class SplitWatermark {
 public:
  /// `highest` is kBeforeAll, or what the checkpoint kept.
  SplitWatermark(Milliseconds window, Milliseconds out_of_orderness, Timestamp highest)
      : assigner_(window), out_of_orderness_(out_of_orderness), highest_(highest) {
    if (highest_ != kBeforeAll) update_boundary();
  }

  /// Whether the window of an accepted reading has already fired, as far as this split goes.
  [[nodiscard]] bool is_late(Timestamp t) const { return t < boundary_; }

  /// Takes note of an accepted reading that is not late.
  void observe(Timestamp t) {
    if (t > highest_) highest_ = t;
    if (t - out_of_orderness_ >= boundary_end_) update_boundary();
  }

  /// Everything before this belongs to windows that are complete as far as this split goes: the start of the first
  /// window that is not. kBeforeAll where nothing was observed.
  [[nodiscard]] Timestamp boundary() const { return boundary_; }

  /// The highest accepted timestamp, kBeforeAll where there is none.
  [[nodiscard]] Timestamp highest() const { return highest_; }

 private:
  void update_boundary() {
    boundary_ = assigner_.start_of(highest_ - out_of_orderness_);
    boundary_end_ = boundary_ + assigner_.size();
  }

  WindowAssigner assigner_;
  Milliseconds out_of_orderness_;
  Timestamp highest_;
  Timestamp boundary_ = kBeforeAll;
  Timestamp boundary_end_ = kBeforeAll;
};

}  // namespace temblor
