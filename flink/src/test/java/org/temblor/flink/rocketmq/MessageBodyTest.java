package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;
import org.junit.jupiter.api.Test;
import org.temblor.flink.core.BodyKind;

class MessageBodyTest {
  private static final int COMPRESSED = MessageSysFlag.COMPRESSED_FLAG;
  private static final int ZLIB = COMPRESSED | MessageSysFlag.COMPRESSION_ZLIB_TYPE;
  private static final byte[] WORDS = "words, words, words".getBytes(StandardCharsets.UTF_8);

  private static byte[] deflated(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
      deflater.write(bytes);
    }
    return out.toByteArray();
  }

  private static MessageExt message(int flags, byte[] body) {
    CRC32 crc = new CRC32();
    crc.update(body);
    MessageExt message = new MessageExt();
    message.setSysFlag(flags);
    message.setBody(body.length == 0 ? null : body); // as their decoder leaves it
    message.setBodyCRC(body.length == 0 ? 0 : (int) crc.getValue() & 0x7FFFFFFF);
    return message;
  }

  private static void isRefused(BodyKind kind, int flags, byte[] body) {
    MessageBody read = MessageBody.of(message(flags, body));
    assertEquals(kind, read.kind);
    assertArrayEquals(body, read.bytes); // as it came, for its letter
  }

  @Test
  void readsWhatIsPlainAndWhatIsZlibs() throws IOException {
    byte[] longest = new byte[MessageBody.LONGEST];
    byte[] behindItsEnd = Arrays.copyOf(deflated(WORDS), 100);
    for (byte[] words : List.of(WORDS, new byte[0], longest)) {
      for (MessageExt message :
          List.of(message(0, words), message(COMPRESSED, deflated(words)), message(ZLIB, deflated(words)))) {
        MessageBody read = MessageBody.of(message);
        assertEquals(BodyKind.RECORD, read.kind);
        assertArrayEquals(words, read.bytes);
        message.putUserProperty("temblor.pack", "3");
        assertEquals(BodyKind.PACK, MessageBody.of(message).kind);
      }
    }
    assertArrayEquals(WORDS, MessageBody.of(message(ZLIB, behindItsEnd)).bytes);
  }

  @Test
  void refusesWhatItCannotRead() throws IOException {
    byte[] good = deflated(WORDS);
    isRefused(BodyKind.OTHER_COMPRESSION, COMPRESSED | MessageSysFlag.COMPRESSION_LZ4_TYPE, good);
    isRefused(BodyKind.OTHER_COMPRESSION, COMPRESSED | MessageSysFlag.COMPRESSION_ZSTD_TYPE, good);
    isRefused(BodyKind.OTHER_COMPRESSION, MessageSysFlag.INNER_BATCH_FLAG, WORDS);
    isRefused(BodyKind.OTHER_COMPRESSION, MessageSysFlag.NEED_UNWRAP_FLAG, WORDS);
    isRefused(BodyKind.DAMAGED, ZLIB, new byte[0]);
    isRefused(BodyKind.DAMAGED, ZLIB, WORDS);
    isRefused(BodyKind.DAMAGED, ZLIB, Arrays.copyOf(good, good.length - 1));
    isRefused(BodyKind.DAMAGED, ZLIB, deflated(new byte[MessageBody.LONGEST + 1]));
    isRefused(BodyKind.DAMAGED, ZLIB, deflated(new byte[100 << 20]));
    MessageExt changed = message(0, WORDS.clone());
    changed.getBody()[3]++;
    assertEquals(BodyKind.DAMAGED, MessageBody.of(changed).kind);
  }

  @Test
  void oneThatCannotBeReadHidesNoOther() throws IOException {
    List<MessageExt> messages = new ArrayList<>();
    for (MessageExt message : List.of(message(0, WORDS), message(ZLIB, WORDS), message(ZLIB, deflated(WORDS)))) {
      message.setQueueOffset(7 + messages.size());
      messages.add(message);
    }
    Pulled pulled = RocketMqClient.ours(new PullResult(PullStatus.FOUND, 10, 0, 20, messages));
    assertArrayEquals(new BodyKind[] {BodyKind.RECORD, BodyKind.DAMAGED, BodyKind.RECORD}, pulled.kinds);
    assertArrayEquals(new long[] {7, 8, 9}, pulled.offsets);
    assertArrayEquals(WORDS, pulled.bodies[2]);
  }
}
