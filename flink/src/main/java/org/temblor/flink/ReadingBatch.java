package org.temblor.flink;

import org.temblor.flink.core.RecordBatch;

/**
 * Decoded and cleaned readings of one split on their way from the source to the combiner behind it, in the same thread:
 * the native batch is filled again as soon as the combiner has returned.
 */
public final class ReadingBatch {
  /** In the place of readings: their split has nothing more for now, and nobody need wait for it. */
  static final ReadingBatch QUIET = new ReadingBatch(null, 0);

  /** None only in QUIET. */
  public final RecordBatch readings;

  /** The highest timestamp that was accepted of the split before them: it decides what is late. */
  public final long highestBeforeMs;

  public ReadingBatch(RecordBatch readings, long highestBeforeMs) {
    this.readings = readings;
    this.highestBeforeMs = highestBeforeMs;
  }
}
