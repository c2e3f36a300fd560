package org.temblor.flink.rocketmq;

import static org.temblor.flink.rocketmq.RocketMqClient.asking;
import static org.temblor.flink.rocketmq.RocketMqClient.theirs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageBatch;
import org.apache.rocketmq.common.message.MessageClientIDSetter;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.body.Connection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.temblor.flink.core.ResultMessage;

/**
 * Writes messages to a topic, each key once. A broker cannot be told to forget what it got twice, so nothing is sent twice:
 * where it is not known what became of what was sent, the job begins again from its checkpoint, and the log looks back
 * first. It waits until the sender before it is gone from the brokers, and a second more, reads the topic from the
 * checkpoint's offsets on, and leaves out what has arrived. (connectors/rocketmq/topic_log.h does the same.) One sender
 * for a job at a time; one thread.
 */
final class TopicLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicLog.class);

  /** Marks what temblor has sent with the name of the job's senders: others' messages are none of a look back's. */
  private static final String WRITER_PROPERTY = "temblor.writer";

  private static final long ANSWER_MS = 5_000;
  private static final long PAUSE_MS = 200;
  private static final long PATIENCE_MS = 150_000; // brokers take half a minute to start, or 130 s to miss a sender
  private static final long STILL_ON_THE_WAY_MS = 1_000;

  private final TopicSettings settings;
  private final String group;
  private final String writer;
  private final List<TopicQueue> queues;
  private final TreeMap<TopicQueue, Long> offsets; // where a look back begins
  private final TreeMap<TopicQueue, Long> reached;
  private final Set<String> arrived = new HashSet<>(); // and not asked for yet
  private final DefaultMQProducer producer;

  private TopicLog(TopicSettings settings, LogPosition position) throws IOException {
    this.settings = settings;
    group = settings.group;
    writer = position.writer;
    offsets = new TreeMap<>(position.offsets);
    reached = new TreeMap<>(position.offsets);
    queues = new ArrayList<>(offsets.keySet());
    producer = new DefaultMQProducer(group);
    producer.setNamesrvAddr(settings.nameServers.replace(',', ';'));
    producer.setInstanceName(ownName(writer) + UUID.randomUUID());
    producer.setRetryTimesWhenSendFailed(0); // nothing is sent twice
    producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
    producer.setSendMsgTimeout((int) ANSWER_MS);
    try {
      producer.start();
      producer.getDefaultMQProducerImpl().getMqClientFactory().sendHeartbeatToAllBrokerWithLock();
    } catch (MQClientException failure) {
      throw new IOException("the client of " + settings.nameServers + " cannot start", failure);
    }
  }

  /** For a job that begins: what is in the topic is not its own. */
  static TopicLog begin(TopicSettings settings) throws IOException {
    TopicLog log = new TopicLog(settings, new LogPosition(UUID.randomUUID().toString(), new TreeMap<>()));
    try {
      log.findQueues();
      return log;
    } catch (IOException | RuntimeException failure) {
      log.close();
      throw failure;
    }
  }

  /**
   * The queues that can be written, which may be others than those that can be read: a key's queue is its place among
   * them, the same as in the embedded run.
   */
  private void findQueues() throws IOException {
    List<MessageQueue> found =
        asking("the queues of " + settings.topic, () -> producer.fetchPublishMessageQueues(settings.topic));
    for (MessageQueue each : found) {
      TopicQueue queue = new TopicQueue(each.getTopic(), each.getBrokerName(), each.getQueueId());
      offsets.put(queue, asking("the end of " + queue, () -> producer.maxOffset(each)));
    }
    if (offsets.isEmpty()) {
      throw new IOException("the topic " + settings.topic + " has no queue that can be written (create some)");
    }
    reached.putAll(offsets);
    queues.addAll(offsets.keySet());
  }

  /** For a job that goes on from a checkpoint: finds out what has arrived. */
  static TopicLog resume(TopicSettings settings, LogPosition position) throws IOException, InterruptedException {
    TopicLog log = new TopicLog(settings, position);
    try {
      log.lookBack();
      return log;
    } catch (IOException | InterruptedException | RuntimeException failure) {
      log.close();
      throw failure;
    }
  }

  /** What a checkpoint must keep: what is appended after it lies behind. */
  LogPosition position() {
    return new LogPosition(writer, new TreeMap<>(offsets));
  }

  /** Sends what has not arrived; returns when the brokers have all of it. After a failure the log is of no more use. */
  void append(List<KeyedMessage> messages) throws IOException {
    OutgoingBatches batches = new OutgoingBatches(this::send);
    for (KeyedMessage each : messages) {
      if (!arrived.isEmpty() && arrived.remove(each.key)) {
        continue;
      }
      TopicQueue queue = queues.get(ResultMessage.queueOf(each.queueBy, queues.size()));
      Message message = new Message(settings.topic, each.body);
      MessageAccessor.setProperties(message, MessageDecoder.string2messageProperties(each.properties));
      message.setKeys(each.key);
      message.putUserProperty(WRITER_PROPERTY, writer);
      batches.add(queue, message);
    }
    batches.flush();
    // Where something has arrived that is not asked for yet, as after an older checkpoint was used, the next look back
    // must find it as well.
    if (arrived.isEmpty()) {
      offsets.putAll(reached);
    }
  }

  private void send(TopicQueue queue, List<Message> batch) throws IOException {
    SendResult sent;
    try {
      sent =
          asking(
              "to write to " + queue,
              () ->
                  OutgoingBatches.isOneLong(batch)
                      ? producer.send(batch.get(0), theirs(queue))
                      : producer.send(batched(batch), theirs(queue)));
    } catch (IOException failure) {
      Throwable cause = failure.getCause();
      if (cause instanceof MQBrokerException
          && ((MQBrokerException) cause).getResponseCode() == ResponseCode.MESSAGE_ILLEGAL) {
        throw OutgoingBatches.hopeless(
            queue + ": its broker takes no such message (raise its maxMessageSize to 4 MiB)", cause);
      }
      throw failure;
    }
    // Whatever its status says of disks and slaves: the message is in the broker's log.
    reached.put(queue, sent.getQueueOffset() + batch.size());
  }

  /** As the producer makes one, which refuses bodies without a byte: letters of such messages are to arrive as well. */
  private static MessageBatch batched(List<Message> messages) {
    messages.forEach(MessageClientIDSetter::setUniqID);
    MessageBatch batch = MessageBatch.generateFromList(messages);
    MessageClientIDSetter.setUniqID(batch);
    batch.setBody(batch.encode());
    return batch;
  }

  private void lookBack() throws IOException, InterruptedException {
    waitForPredecessors();
    Map<TopicQueue, Long> ends = ends();
    DefaultMQPullConsumer consumer = new DefaultMQPullConsumer(group);
    consumer.setNamesrvAddr(settings.nameServers.replace(',', ';'));
    consumer.setInstanceName("temblor-look-back-" + UUID.randomUUID());
    consumer.setDecodeReadBody(false); // one that cannot be inflated would hide all that was pulled behind it
    try {
      consumer.start();
      for (TopicQueue queue : queues) {
        long end = ends.get(queue);
        long begin = offsets.get(queue);
        readBack(consumer, queue, begin <= end ? begin : 0, end); // one that ends earlier was made anew
        reached.put(queue, end);
      }
    } catch (MQClientException failure) {
      throw new IOException("the client of " + settings.nameServers + " cannot start", failure);
    } finally {
      consumer.shutdown();
    }
    if (arrived.isEmpty()) {
      offsets.putAll(reached);
    }
    LOG.info("{}: {} messages had arrived already", settings.topic, arrived.size());
  }

  private void waitForPredecessors() throws IOException, InterruptedException {
    long limit = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (predecessorsLeft()) {
      if (System.nanoTime() > limit) {
        throw new IOException(
            settings.topic + ": another one still writes for this job (end it: its client is named " + ownName(writer)
                + "…)");
      }
      Thread.sleep(PAUSE_MS);
    }
    Thread.sleep(STILL_ON_THE_WAY_MS);
  }

  private boolean predecessorsLeft() throws IOException {
    String own = producer.getDefaultMQProducerImpl().getMqClientFactory().getClientId();
    for (String address : brokers()) {
      List<Connection> connections = new ArrayList<>();
      try {
        connections.addAll(
            instance().getMQClientAPIImpl().getProducerConnectionList(address, group, ANSWER_MS).getConnectionSet());
      } catch (MQBrokerException nobody) {
        continue; // the broker knows no sender of this group
      } catch (RemotingException failure) {
        throw new IOException("the senders of " + address + ": no answer", failure);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", interrupted);
      }
      for (Connection connection : connections) {
        if (connection.getClientId().contains(ownName(writer)) && !connection.getClientId().equals(own)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Where the queues end, once their brokers show all that they had stored when they were asked first. */
  private Map<TopicQueue, Long> ends() throws IOException, InterruptedException {
    long limit = System.nanoTime() + PATIENCE_MS * 1_000_000;
    for (String address : brokers()) {
      BrokerProgress begin = progress(address);
      for (BrokerProgress now = begin; !now.covers(begin); now = progress(address)) {
        if (System.nanoTime() > limit) {
          throw new IOException(
              settings.topic + ": broker " + address + " does not show what it has stored (see its log)");
        }
        Thread.sleep(PAUSE_MS);
      }
    }
    Map<TopicQueue, Long> ends = new TreeMap<>();
    for (TopicQueue queue : queues) {
      ends.put(queue, asking("the end of " + queue, () -> producer.maxOffset(theirs(queue))));
    }
    return ends;
  }

  private BrokerProgress progress(String address) throws IOException {
    return asking(
        "how far " + address + " is",
        () ->
            new BrokerProgress(
                instance().getMQClientAPIImpl().getBrokerRuntimeInfo(address, ANSWER_MS).getTable()));
  }

  private void readBack(DefaultMQPullConsumer consumer, TopicQueue queue, long begin, long end) throws IOException {
    long next = begin;
    while (next < end) {
      long at = next;
      PullResult pulled =
          asking("what has arrived in " + queue, () -> consumer.pull(theirs(queue), "*", at, 1024, ANSWER_MS));
      if (pulled.getPullStatus() == PullStatus.FOUND) {
        for (MessageExt message : pulled.getMsgFoundList()) {
          if (writer.equals(message.getProperty(WRITER_PROPERTY)) && message.getKeys() != null) {
            arrived.add(message.getKeys());
          }
        }
      }
      if (pulled.getNextBeginOffset() <= next && pulled.getPullStatus() != PullStatus.FOUND) {
        throw new IOException(queue + ": ends at " + next + ", though it ended at " + end + " a moment before");
      }
      next = Math.max(pulled.getNextBeginOffset(), next);
    }
  }

  private Set<String> brokers() throws IOException {
    Set<String> addresses = new HashSet<>();
    for (TopicQueue queue : queues) {
      String address = instance().findBrokerAddressInPublish(queue.broker());
      if (address == null) {
        // The producer has not asked for the route yet, or the broker is away.
        instance().updateTopicRouteInfoFromNameServer(settings.topic);
        address = instance().findBrokerAddressInPublish(queue.broker());
      }
      if (address == null) {
        throw new IOException("broker " + queue.broker() + " is down (start it)");
      }
      addresses.add(address);
    }
    return addresses;
  }

  private MQClientInstance instance() {
    return producer.getDefaultMQProducerImpl().getMqClientFactory();
  }

  private static String ownName(String writer) {
    return "temblor-" + writer + "-";
  }

  @Override
  public void close() {
    producer.shutdown();
  }
}
