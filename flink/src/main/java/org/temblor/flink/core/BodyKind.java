package org.temblor.flink.core;

import java.util.Arrays;

/** What the body of a message is. */
public enum BodyKind {
  RECORD(0),
  /** Many records, each with its length before it. */
  PACK(0x80000000),
  /** To be dropped: its checksum is wrong, or it does not inflate. */
  DAMAGED(0x40000000),
  /** To be dropped: it is compressed in a way that is not known here. */
  OTHER_COMPRESSION(0xC0000000);

  final int mark; // within a message's length: flink/batch_decoder.h

  BodyKind(int mark) {
    this.mark = mark;
  }

  /** So many of one record each. */
  public static BodyKind[] records(int count) {
    BodyKind[] kinds = new BodyKind[count];
    Arrays.fill(kinds, RECORD);
    return kinds;
  }
}
