package org.temblor.flink.rocketmq;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;
import org.temblor.flink.core.BodyKind;

/**
 * The body of a message that was pulled, checked and inflated, or as it came where that cannot be done. The official
 * client gives up the rest of a pull at the first body that it cannot inflate, inflates without a limit, and checks no
 * sum; this does as connectors/rocketmq/message_decoder.cc does. A value, for any thread.
 */
final class MessageBody {
  /** Of what is inflated: base/limits.h. */
  static final int LONGEST = 2 << 20;

  /** Of a message that holds many records: connectors/rocketmq/pack_property.h. */
  private static final String PACK_PROPERTY = "temblor.pack";

  private static final int POSITIVE = 0x7FFFFFFF; // RocketMQ keeps its sums so
  private static final byte[] NO_BYTES = {};

  final BodyKind kind;
  final byte[] bytes;

  private MessageBody(BodyKind kind, byte[] bytes) {
    this.kind = kind;
    this.bytes = bytes;
  }

  /** Of a message that the client was told not to inflate. */
  static MessageBody of(MessageExt message) {
    byte[] bytes = message.getBody() == null ? NO_BYTES : message.getBody(); // null is what they say for none
    int flags = message.getSysFlag();
    if ((flags & (MessageSysFlag.INNER_BATCH_FLAG | MessageSysFlag.NEED_UNWRAP_FLAG)) != 0) {
      return new MessageBody(BodyKind.OTHER_COMPRESSION, bytes);
    }
    if (bytes.length > 0 && sum(bytes) != message.getBodyCRC()) {
      return new MessageBody(BodyKind.DAMAGED, bytes);
    }
    BodyKind kind = message.getProperty(PACK_PROPERTY) == null ? BodyKind.RECORD : BodyKind.PACK;
    if ((flags & MessageSysFlag.COMPRESSED_FLAG) == 0) {
      return new MessageBody(kind, bytes);
    }
    int type = flags & MessageSysFlag.COMPRESSION_TYPE_COMPARATOR;
    if (type != MessageSysFlag.COMPRESSION_ZLIB_TYPE && type != 0) { // 0: before there was a choice
      return new MessageBody(BodyKind.OTHER_COMPRESSION, bytes);
    }
    byte[] inflated = inflated(bytes);
    return inflated == null ? new MessageBody(BodyKind.DAMAGED, bytes) : new MessageBody(kind, inflated);
  }

  private static int sum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue() & POSITIVE;
  }

  /** Null where it is broken, or longer than may be. */
  private static byte[] inflated(byte[] bytes) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes);
      // One more than may be shows that there is more.
      byte[] out = new byte[Math.min(Math.max(8 * bytes.length, 4096), LONGEST + 1)];
      int size = 0;
      while (!inflater.finished()) {
        if (size > LONGEST) {
          return null;
        }
        if (size == out.length) {
          out = Arrays.copyOf(out, Math.min(2 * size, LONGEST + 1));
        }
        int more = inflater.inflate(out, size, out.length - size);
        if (more == 0 && !inflater.finished()) {
          return null; // its end is missing, or it wants a dictionary
        }
        size += more;
      }
      return size > LONGEST ? null : Arrays.copyOf(out, size);
    } catch (DataFormatException broken) {
      return null;
    } finally {
      inflater.end();
    }
  }
}
