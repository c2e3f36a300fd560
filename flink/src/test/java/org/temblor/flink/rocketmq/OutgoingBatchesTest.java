package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.rocketmq.common.message.Message;
import org.junit.jupiter.api.Test;

class OutgoingBatchesTest {
  private static final TopicQueue ONE = new TopicQueue("t", "b", 0);
  private static final TopicQueue OTHER = new TopicQueue("t", "b", 1);

  private final List<String> sent = new ArrayList<>();
  private final OutgoingBatches batches =
      new OutgoingBatches(
          (queue, batch) -> {
            long bytes = batch.stream().mapToLong(message -> message.getBody().length).sum();
            sent.add(queue.id() + ": " + batch.size() + " of " + bytes);
            assertEquals(batch.size() == 1 && bytes > OutgoingBatches.BATCH_BYTES, OutgoingBatches.isOneLong(batch));
          });

  private static Message message(int bytes) {
    return new Message("t", new byte[bytes]);
  }

  @Test
  void aBatchEndsByItsCount() throws IOException {
    for (int i = 0; i < 501; i++) {
      batches.add(ONE, message(1));
      batches.add(OTHER, message(0));
    }
    batches.flush();
    batches.flush();
    sent.sort(null);
    assertEquals(List.of("0: 1 of 1", "0: 500 of 500", "1: 1 of 0", "1: 500 of 0"), sent);
  }

  @Test
  void aBatchEndsByItsBytes() throws IOException {
    for (int i = 0; i < 5; i++) {
      batches.add(ONE, message(200 << 10));
    }
    batches.flush();
    assertEquals(List.of("0: 2 of 409600", "0: 2 of 409600", "0: 1 of 204800"), sent);
  }

  @Test
  void aLongMessageTravelsAlone() throws IOException {
    int longest = OutgoingBatches.BODY_BYTES;
    batches.add(ONE, message(1));
    batches.add(ONE, message(longest));
    batches.add(ONE, message(2));
    batches.flush();
    assertEquals(List.of("0: 1 of 1", "0: 1 of " + longest, "0: 1 of 2"), sent);
  }

  @Test
  void whatNoBrokerTakesIsNotTriedForEver() {
    SuppressRestartsException failure =
        assertThrows(
            SuppressRestartsException.class, () -> batches.add(ONE, message(OutgoingBatches.BODY_BYTES + 1)));
    assertTrue(failure.getCause().getMessage().startsWith("t: is sent a message of 4190209 bytes with "));
    Message wordy = message(1);
    wordy.putUserProperty("word", "ü".repeat(16_000));
    assertThrows(SuppressRestartsException.class, () -> batches.add(ONE, wordy));
    assertFalse(sent.contains("0: 1 of 1"));
  }
}
