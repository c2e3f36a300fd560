package org.temblor.flink.rocketmq;

import org.temblor.flink.core.BodyKind;

/**
 * Messages of one split in their order, as they came: bodies that nobody has looked into. Immutable by agreement, so
 * that it crosses chained operators without a copy: nobody writes to the arrays.
 */
public final class RawBatch {
  /** Of no messages: for the idle timeout the broker has had nothing more, so that nobody need wait for this split. */
  static RawBatch quiet(String splitId, long nextOffset) {
    return new RawBatch(splitId, nextOffset, new long[0], new long[0], new BodyKind[0], new byte[0][]);
  }

  public final String splitId;
  public final long nextOffset; // behind the last message, or behind a gap
  public final long[] offsets;
  public final long[] storedMs; // when the broker stored each
  public final BodyKind[] kinds; // of the bodies
  public final byte[][] bodies;

  public RawBatch(
      String splitId, long nextOffset, long[] offsets, long[] storedMs, BodyKind[] kinds, byte[][] bodies) {
    this.splitId = splitId;
    this.nextOffset = nextOffset;
    this.offsets = offsets;
    this.storedMs = storedMs;
    this.kinds = kinds;
    this.bodies = bodies;
  }

  public boolean isQuiet() {
    return bodies.length == 0;
  }

  public int size() {
    return bodies.length;
  }
}
