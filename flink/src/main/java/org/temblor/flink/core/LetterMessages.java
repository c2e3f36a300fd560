package org.temblor.flink.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The messages of letters that are committed together, as the embedded run sends them. One thread at a time. */
public final class LetterMessages extends NativeHandle {
  /** Takes one message: its key, what chooses its queue, its properties in RocketMQ's own form, its body. */
  public interface Taker {
    void take(String key, String queueBy, String properties, byte[] body);
  }

  /** `commit` tells them from the letters that are committed before and after: connectors/rocketmq/keyed_message.h. */
  public LetterMessages(long commit) {
    super(NativeCore.newLetterMessages(commit), NativeCore::freeLetterMessages);
  }

  /** Makes those of delimited letters. */
  public void make(byte[] letters, Taker taker) {
    byte[] rows = NativeCore.letterMessages(address(), letters);
    if (rows == null) {
      return;
    }
    ByteBuffer from = ByteBuffer.wrap(rows).order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      taker.take(text(from), text(from), text(from), bytes(from));
    }
  }

  /** The letter of `count` readings of a sensor that came for a window which had been closed, after they were aggregated. */
  public static byte[] ofLate(Partial partial) {
    return NativeCore.lateLetter(
        partial.sensor.getBytes(StandardCharsets.UTF_8), partial.windowStart, partial.count());
  }

  private static String text(ByteBuffer from) {
    return new String(bytes(from), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(ByteBuffer from) {
    byte[] bytes = new byte[from.getInt()];
    from.get(bytes);
    return bytes;
  }
}
