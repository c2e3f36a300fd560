package org.temblor.flink.core;

import java.util.Arrays;

/** What one pull of one split brought, decoded and cleaned, in native memory. One thread at a time. */
public final class RecordBatch extends NativeHandle {
  /** How many reasons there are to drop a reading: schema/rejection.h. */
  public static final int REASONS = 14;

  /** The first ones of them are of bytes that are no reading: up to `compression`. */
  private static final int OF_BYTES = 4;

  public RecordBatch() {
    super(NativeCore.newBatch(), NativeCore::freeBatch);
  }

  /** Readings that are fit for a window. */
  public int rows() {
    return NativeCore.rowCount(address());
  }

  /** The highest timestamp of the rows, in milliseconds; the smallest number where there is none. */
  public long highestMs() {
    return NativeCore.highestTime(address());
  }

  /** How many were dropped, by reason. */
  public long[] dropped() {
    long[] counts = new long[REASONS];
    NativeCore.dropped(address(), counts);
    return counts;
  }

  /** How many were bytes that no reading can be made of, and not readings that are fit for no window. */
  public long unreadable() {
    return Arrays.stream(dropped(), 0, OF_BYTES).sum();
  }

  /** Readings that were read: those that are fit for a window, and the dropped ones. */
  public long readings() {
    return rows() + Arrays.stream(dropped()).sum();
  }

  /** Delimited letters of those that were dropped, or null. */
  public byte[] deadLetters() {
    return NativeCore.deadLetters(address());
  }

  /** Bytes of native memory that it keeps, also when it is used again. */
  public long memoryBytes() {
    return NativeCore.batchMemory(address());
  }
}
