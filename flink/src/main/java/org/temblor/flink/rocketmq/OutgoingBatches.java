package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageDecoder;

/**
 * Collects messages into batches, one for each queue, and hands each on before it is longer than a broker takes. The
 * limits are those of the embedded run: connectors/rocketmq/producer.h. One thread.
 */
final class OutgoingBatches {
  /** Takes a full batch, which is not touched any more. */
  interface Sender {
    void send(TopicQueue queue, List<Message> batch) throws IOException;
  }

  static final int BATCH_MESSAGES = 500;
  static final int BATCH_BYTES = 512 << 10; // about; a longer message travels alone

  /** base/limits.h: the broker's maxMessageSize less some room, and its fixed limit. */
  static final int BODY_BYTES = (4 << 20) - 4096;

  static final int PROPERTIES_BYTES = 32_000;

  private static final class Open {
    final List<Message> messages = new ArrayList<>();
    int bytes;
  }

  private final Sender sender;
  private final Map<TopicQueue, Open> open = new HashMap<>();

  OutgoingBatches(Sender sender) {
    this.sender = sender;
  }

  /** Takes a message into its queue's batch. One that no broker takes ends the job: it would come again at each restart. */
  void add(TopicQueue queue, Message message) throws IOException {
    int properties =
        MessageDecoder.messageProperties2String(message.getProperties()).getBytes(StandardCharsets.UTF_8).length;
    if (message.getBody().length > BODY_BYTES || properties > PROPERTIES_BYTES) {
      throw hopeless(
          message.getTopic() + ": is sent a message of " + message.getBody().length + " bytes with " + properties
              + " of properties (a broker takes no more than 4 MiB and 32,000)",
          null);
    }
    Open batch = open.computeIfAbsent(queue, of -> new Open());
    int bytes = message.getBody().length + properties;
    if (!batch.messages.isEmpty() && batch.bytes + bytes > BATCH_BYTES) {
      batch = sendOff(queue);
    }
    batch.messages.add(message);
    batch.bytes += bytes;
    if (batch.messages.size() == BATCH_MESSAGES) {
      sendOff(queue);
    }
  }

  /** Hands on the batches that are not full. */
  void flush() throws IOException {
    for (TopicQueue queue : open.keySet()) {
      sendOff(queue);
    }
  }

  /** The queue's next batch, which is empty. */
  private Open sendOff(TopicQueue queue) throws IOException {
    Open next = new Open();
    Open full = open.put(queue, next);
    if (!full.messages.isEmpty()) {
      sender.send(queue, full.messages);
    }
    return next;
  }

  /** Whether it is one message that is not to be wrapped into a batch, which would make it longer than a broker takes. */
  static boolean isOneLong(List<Message> batch) {
    return batch.size() == 1 && batch.get(0).getBody().length > BATCH_BYTES;
  }

  /** What ends the job, since the same would happen after each restart. */
  static SuppressRestartsException hopeless(String line, Throwable cause) {
    return new SuppressRestartsException(new IOException(line, cause));
  }
}
