package org.temblor.flink.rocketmq;

/**
 * Messages of one split in their order, as they came: bodies that nobody has looked into. Immutable by agreement, so
 * that it crosses chained operators without a copy: nobody writes to the arrays.
 */
public final class RawBatch {
  public final String splitId;
  public final long nextOffset; // behind the last message, or behind a gap
  public final long[] offsets;
  public final long[] storedMs; // when the broker stored each
  public final boolean[] packed; // whether the body holds many records
  public final byte[][] bodies;

  public RawBatch(
      String splitId, long nextOffset, long[] offsets, long[] storedMs, boolean[] packed, byte[][] bodies) {
    this.splitId = splitId;
    this.nextOffset = nextOffset;
    this.offsets = offsets;
    this.storedMs = storedMs;
    this.packed = packed;
    this.bodies = bodies;
  }

  public int size() {
    return bodies.length;
  }
}
