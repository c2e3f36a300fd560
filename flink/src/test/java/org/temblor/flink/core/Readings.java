package org.temblor.flink.core;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Messages as sensors send them. */
public final class Readings {
  private Readings() {}

  /** A SeismicRecord's bytes: proto/seismic_data.proto. */
  public static byte[] reading(String sensor, long timeMs, float amplitude, String phase) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    text(out, 1, sensor);
    out.write(2 << 3);
    varint(out, timeMs);
    out.write(6 << 3 | 5);
    int bits = Float.floatToIntBits(amplitude);
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(bits >>> shift);
    }
    text(out, 8, phase);
    out.write(9 << 3);
    out.write(1);
    return out.toByteArray();
  }

  private static void text(ByteArrayOutputStream out, int field, String value) {
    out.write(field << 3 | 2);
    out.write(value.length());
    out.writeBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
