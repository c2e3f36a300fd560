package org.temblor.flink;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;

/**
 * The watermark of one split: its highest timestamp less the out-of-orderness. A split is idle when its source has said
 * that there is nothing more, not when nothing has come for a while: a broker that is away would make its readings late.
 */
final class SplitProgress implements WatermarkGenerator<ReadingBatch> {
  private final long outOfOrdernessMs;
  private long highestMs = Long.MIN_VALUE;
  private boolean quiet;

  SplitProgress(long outOfOrdernessMs) {
    this.outOfOrdernessMs = outOfOrdernessMs;
  }

  /** Of a split whose highest timestamp is this one. */
  static long watermark(long highestMs, long outOfOrdernessMs) {
    return highestMs - outOfOrdernessMs - 1;
  }

  @Override
  public void onEvent(ReadingBatch batch, long timestampMs, WatermarkOutput output) {
    quiet = batch == ReadingBatch.QUIET;
    if (!quiet) {
      highestMs = Math.max(highestMs, timestampMs);
    }
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    if (quiet) {
      output.markIdle();
    } else if (highestMs != Long.MIN_VALUE) {
      output.emitWatermark(new Watermark(watermark(highestMs, outOfOrdernessMs)));
    }
  }
}
