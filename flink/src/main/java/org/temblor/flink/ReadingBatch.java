package org.temblor.flink;

import org.temblor.flink.core.RecordBatch;

/**
 * Decoded and cleaned readings of one split on their way from the source to the combiner behind it, in the same thread:
 * the native batch is filled again as soon as the combiner has returned.
 */
public final class ReadingBatch {
  public final RecordBatch readings;

  /** The highest timestamp that was accepted of the split before them: it decides what is late. */
  public final long highestBeforeMs;

  public ReadingBatch(RecordBatch readings, long highestBeforeMs) {
    this.readings = readings;
    this.highestBeforeMs = highestBeforeMs;
  }
}
