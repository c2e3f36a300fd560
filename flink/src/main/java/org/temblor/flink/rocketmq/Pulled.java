package org.temblor.flink.rocketmq;

import org.temblor.flink.core.BodyKind;

/** A broker's answer to a pull. Immutable by agreement: nobody writes to the arrays. */
public final class Pulled {
  /** What it means. */
  public enum Status {
    /** There are messages, perhaps from a later offset on than was asked for. */
    MESSAGES,
    NOTHING_YET,
    /** The offset lies before minOffset or behind maxOffset. */
    NO_SUCH_OFFSET
  }

  public final Status status;
  public final long nextOffset; // to be asked for next; for NO_SUCH_OFFSET without meaning
  public final long minOffset;
  public final long maxOffset;
  public final long[] offsets;
  public final long[] storedMs; // when the broker stored each
  public final BodyKind[] kinds; // of the bodies
  public final byte[][] bodies;

  public Pulled(
      Status status, long nextOffset, long minOffset, long maxOffset, long[] offsets, long[] storedMs,
      BodyKind[] kinds, byte[][] bodies) {
    this.status = status;
    this.nextOffset = nextOffset;
    this.minOffset = minOffset;
    this.maxOffset = maxOffset;
    this.offsets = offsets;
    this.storedMs = storedMs;
    this.kinds = kinds;
    this.bodies = bodies;
  }

  public static Pulled without(Status status, long nextOffset, long minOffset, long maxOffset) {
    return new Pulled(status, nextOffset, minOffset, maxOffset, new long[0], new long[0], new BodyKind[0],
        new byte[0][]);
  }
}
