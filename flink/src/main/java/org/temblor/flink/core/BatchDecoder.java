package org.temblor.flink.core;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Fills batches: messages are collected one by one and decoded and cleaned together, in one native call. One thread at a time. */
public final class BatchDecoder extends NativeHandle {
  private static final int FIRST_BYTES = 1 << 16;
  private static final int FIRST_MESSAGES = 1024;

  private byte[] messages = new byte[FIRST_BYTES]; // an array's copying costs half of a direct buffer's
  private int[] lengths = new int[FIRST_MESSAGES];
  private long[] offsets = new long[FIRST_MESSAGES];
  private int bytes;
  private int count;

  /**
   * @param least the lowest amplitude that is accepted; finite, like `most`
   * @param maxAheadMs how far past its reference a timestamp may lie, in event time
   * @param keepDead whether letters of what is dropped are wanted
   * @param hashSeed the same for all batches that one combiner takes
   */
  public BatchDecoder(
      float least, float most, long maxAheadMs, boolean eventTime, boolean keepDead, long hashSeed) {
    super(
        NativeCore.newDecoder(least, most, maxAheadMs, eventTime, keepDead, hashSeed), NativeCore::freeDecoder);
  }

  /** Takes a message for the next batch. */
  public void add(long offset, byte[] body, BodyKind kind) {
    int end = bytes + body.length;
    if (end > messages.length) {
      messages = Arrays.copyOf(messages, Math.max(end, 2 * messages.length));
    }
    if (count == offsets.length) {
      lengths = Arrays.copyOf(lengths, 2 * count);
      offsets = Arrays.copyOf(offsets, 2 * count);
    }
    System.arraycopy(body, 0, messages, bytes, body.length);
    bytes = end;
    lengths[count] = body.length | kind.mark;
    offsets[count++] = offset;
  }

  /** Messages that were added since the last batch. */
  public int count() {
    return count;
  }

  /** Bytes of the messages that were added since the last batch. */
  public int bytes() {
    return bytes;
  }

  /**
   * Fills `batch` with what was added, as far as it goes into one; `more` fills it with the rest. `referenceMs`: when the
   * broker stored it, as far as the limit ahead goes. Both stop once `most` readings have been read, good ones or not.
   */
  public void decode(String split, long referenceMs, long most, RecordBatch batch) {
    NativeCore.decode(
        address(), batch.address(), split.getBytes(StandardCharsets.UTF_8), messages, bytes, lengths, offsets, count,
        referenceMs, most);
    bytes = 0;
    count = 0;
  }

  /** Fills the batch with what did not go into it before; false where there is nothing left. */
  public boolean more(RecordBatch batch) {
    return NativeCore.decodeMore(address(), batch.address());
  }

  /** How many messages `decode` and `more` have begun: all, or as far as they have come. */
  public int begun() {
    return NativeCore.messagesBegun(address());
  }
}
