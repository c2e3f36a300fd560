package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullCallback;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.store.ReadOffsetType;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.temblor.flink.core.BodyKind;

/**
 * A TopicClient of real brokers, on the official client's explicit pulls. Its own keeping of offsets is not used: it
 * would put them back at a rebalance, and tells of a failure only in its log.
 */
public final class RocketMqClient implements TopicClient {
  /** How long a broker may hold a pull for want of messages at most, and how long its answer may take then. */
  private static final long SUSPEND_MS = 10_000;

  private static final long ANSWER_MS = 20_000;
  private static final long NO_OFFSET = -1; // of RemoteBrokerOffsetStore.readOffset

  private final String topic;
  private final int messagesAPull;
  private final DefaultMQPullConsumer consumer;

  public RocketMqClient(TopicSettings settings, String purpose) throws IOException {
    topic = settings.topic;
    messagesAPull = settings.messagesAPull;
    consumer = new DefaultMQPullConsumer(settings.group);
    consumer.setNamesrvAddr(settings.nameServers.replace(',', ';'));
    // Clients of one name in one process would share connections and end together.
    consumer.setInstanceName(purpose + "-" + UUID.randomUUID());
    long quietMs = settings.idleTimeoutMs == 0 ? SUSPEND_MS : Math.max(settings.idleTimeoutMs, 1_000);
    consumer.setBrokerSuspendMaxTimeMillis(Math.min(SUSPEND_MS, quietMs));
    consumer.setConsumerTimeoutMillisWhenSuspend(ANSWER_MS);
    consumer.setDecodeDecompressBody(false); // see MessageBody
    try {
      consumer.start();
    } catch (MQClientException failure) {
      throw new IOException("the client of " + settings.nameServers + " cannot start", failure);
    }
  }

  @Override
  public List<TopicQueue> queues() throws IOException {
    return asking(
        "the queues of " + topic,
        () -> ours(consumer.fetchSubscribeMessageQueues(topic)));
  }

  @Override
  public long minOffset(TopicQueue queue) throws IOException {
    return asking("the first offset of " + queue, () -> consumer.minOffset(theirs(queue)));
  }

  @Override
  public long maxOffset(TopicQueue queue) throws IOException {
    return asking("the last offset of " + queue, () -> consumer.maxOffset(theirs(queue)));
  }

  @Override
  public long offsetAt(TopicQueue queue, long timestampMs) throws IOException {
    return asking("an offset of " + queue, () -> consumer.searchOffset(theirs(queue), timestampMs));
  }

  @Override
  public OptionalLong committedOffset(TopicQueue queue) throws IOException {
    MessageQueue theirs = theirs(queue);
    long offset =
        asking(
            "the group's offset of " + queue,
            () -> {
              long read = consumer.getOffsetStore().readOffset(theirs, ReadOffsetType.READ_FROM_STORE);
              consumer.getOffsetStore().removeOffset(theirs); // or it would be written back one day
              return read;
            });
    if (offset < NO_OFFSET) {
      throw new IOException("the group's offset of " + queue + " cannot be asked for");
    }
    return offset == NO_OFFSET ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  @Override
  public void commit(TopicQueue queue, long offset) throws IOException {
    asking(
        "to note the offset of " + queue,
        () -> {
          consumer.getOffsetStore().updateConsumeOffsetToBroker(theirs(queue), offset, false);
          return null;
        });
  }

  @Override
  public void pull(TopicQueue queue, long offset, BiConsumer<Pulled, Throwable> done) {
    try {
      consumer.pullBlockIfNotFound(
          theirs(queue),
          "*",
          offset,
          messagesAPull,
          new PullCallback() {
            @Override
            public void onSuccess(PullResult result) {
              done.accept(ours(result), null);
            }

            @Override
            public void onException(Throwable failure) {
              done.accept(null, failure);
            }
          });
    } catch (MQClientException | RemotingException | RuntimeException failure) { // the last: no name server answers
      done.accept(null, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      done.accept(null, interrupted);
    }
  }

  @Override
  public void close() {
    consumer.shutdown();
  }

  static Pulled ours(PullResult result) {
    switch (result.getPullStatus()) {
      case FOUND:
        List<MessageExt> messages = result.getMsgFoundList();
        long[] offsets = new long[messages.size()];
        long[] storedMs = new long[messages.size()];
        BodyKind[] kinds = new BodyKind[messages.size()];
        byte[][] bodies = new byte[messages.size()][];
        for (int i = 0; i < offsets.length; i++) {
          MessageExt message = messages.get(i);
          offsets[i] = message.getQueueOffset();
          storedMs[i] = message.getStoreTimestamp();
          MessageBody body = MessageBody.of(message);
          kinds[i] = body.kind;
          bodies[i] = body.bytes;
        }
        return new Pulled(
            Pulled.Status.MESSAGES, result.getNextBeginOffset(), result.getMinOffset(), result.getMaxOffset(), offsets,
            storedMs, kinds, bodies);
      case OFFSET_ILLEGAL:
        return Pulled.without(
            Pulled.Status.NO_SUCH_OFFSET, result.getNextBeginOffset(), result.getMinOffset(), result.getMaxOffset());
      default:
        return Pulled.without(
            Pulled.Status.NOTHING_YET, result.getNextBeginOffset(), result.getMinOffset(), result.getMaxOffset());
    }
  }

  static List<TopicQueue> ours(Collection<MessageQueue> theirs) {
    List<TopicQueue> queues = new ArrayList<>();
    for (MessageQueue queue : theirs) {
      queues.add(new TopicQueue(queue.getTopic(), queue.getBrokerName(), queue.getQueueId()));
    }
    return queues;
  }

  static MessageQueue theirs(TopicQueue queue) {
    return new MessageQueue(queue.topic(), queue.broker(), queue.id());
  }

  /** What is asked of servers through the official client. */
  interface Question<T> {
    T ask() throws MQClientException, RemotingException, MQBrokerException, InterruptedException;
  }

  /** Asks, and says of what the official client throws what it was asked for. */
  static <T> T asking(String what, Question<T> question) throws IOException {
    try {
      return question.ask();
    } catch (MQClientException | RemotingException | MQBrokerException | RuntimeException failure) {
      throw new IOException(what + ": no answer", failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(what + ": interrupted", interrupted);
    }
  }
}
