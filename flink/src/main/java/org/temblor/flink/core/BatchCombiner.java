package org.temblor.flink.core;

import java.util.function.Consumer;

/**
 * Turns batches into few partial aggregates, which it holds across batches: it must be drained before a barrier, before a
 * watermark and at the end of the input. One thread at a time.
 */
public final class BatchCombiner extends NativeHandle {
  /** No timestamp was accepted of a split yet. */
  public static final long NOTHING_YET = Long.MIN_VALUE;

  /** Bytes of native memory that one combiner and one batch take at most, whatever is read. */
  public static long memoryLimit() {
    return NativeCore.memoryLimit();
  }

  private final long[] counts = new long[2];

  public BatchCombiner(long windowMs, long outOfOrdernessMs, boolean eventTime, boolean keepLate) {
    super(NativeCore.newCombiner(windowMs, outOfOrdernessMs, eventTime, keepLate), NativeCore::freeCombiner);
  }

  /**
   * Adds a batch. `highestMs` is the highest timestamp that was accepted of its split before it (event time); in
   * processing time every reading belongs to `stampMs`. Partials for which there is no room any more go to `out`.
   */
  public void add(RecordBatch batch, long highestMs, long stampMs, Consumer<Partial> out) {
    if (NativeCore.combine(address(), batch.address(), highestMs, stampMs, counts) > 0) {
      give(out);
    }
  }

  /** Of the last add: how many readings were accepted. */
  public long accepted() {
    return counts[0];
  }

  /** Of the last add: how many readings were late. */
  public long late() {
    return counts[1];
  }

  /** Delimited letters of late readings since the last call, or null. */
  public byte[] takeLateLetters() {
    return NativeCore.takeLateLetters(address());
  }

  /** Gives up all that it holds. */
  public void drain(Consumer<Partial> out) {
    NativeCore.drain(address());
    give(out);
  }

  /** Bytes of native memory that it keeps. */
  public long memoryBytes() {
    return NativeCore.combinerMemory(address());
  }

  private void give(Consumer<Partial> out) {
    byte[] rows = NativeCore.takePartials(address());
    if (rows != null) {
      PartialRows.read(rows, out);
    }
  }
}
