package org.temblor.flink.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads partials as the native code writes them: flink/partial_rows.h. */
final class PartialRows {
  private PartialRows() {}

  static void read(byte[] rows, Consumer<Partial> out) {
    ByteBuffer from = ByteBuffer.wrap(rows).order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      Partial partial = new Partial();
      partial.windowStart = from.getLong();
      partial.sumLow = from.getLong();
      partial.sumHigh = from.getLong();
      partial.max = from.getFloat();
      partial.min = from.getFloat();
      partial.p = from.getInt();
      partial.s = from.getInt();
      partial.n = from.getInt();
      int idBytes = Byte.toUnsignedInt(from.get());
      int wideBytes = Byte.toUnsignedInt(from.get());
      partial.sensor = new String(rows, from.position(), idBytes, StandardCharsets.UTF_8);
      from.position(from.position() + idBytes);
      if (wideBytes > 0) {
        partial.wide = new byte[wideBytes];
        from.get(partial.wide);
      }
      out.accept(partial);
    }
  }
}
