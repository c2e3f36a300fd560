package org.temblor.flink.core;

import java.util.ArrayList;
import java.util.List;

/** Messages of tests, one behind the other, as a decoder takes those of a pull. */
public final class Messages {
  private final List<Long> offsets = new ArrayList<>();
  private final List<BodyKind> kinds = new ArrayList<>();
  private final List<byte[]> bodies = new ArrayList<>();

  public Messages add(long offset, byte[] body, BodyKind kind) {
    offsets.add(offset);
    kinds.add(kind);
    bodies.add(body);
    return this;
  }

  public void setIn(BatchDecoder decoder) {
    int set =
        decoder.set(
            offsets.stream().mapToLong(Long::longValue).toArray(), kinds.toArray(new BodyKind[0]),
            bodies.toArray(new byte[0][]), 0, bodies.size());
    if (set < bodies.size()) {
      throw new IllegalArgumentException("these are more than are decoded together");
    }
  }
}
