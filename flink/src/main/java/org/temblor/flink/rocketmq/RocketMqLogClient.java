package org.temblor.flink.rocketmq;

import static org.temblor.flink.rocketmq.RocketMqClient.asking;
import static org.temblor.flink.rocketmq.RocketMqClient.ours;
import static org.temblor.flink.rocketmq.RocketMqClient.theirs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageBatch;
import org.apache.rocketmq.common.message.MessageClientIDSetter;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.body.Connection;

/** A LogClient of real brokers, on the official client. One thread. */
public final class RocketMqLogClient implements LogClient {
  private static final long ANSWER_MS = 5_000;

  private final TopicSettings settings;
  private final String ownName; // what the clients of this writer have in common
  private final DefaultMQProducer producer;

  public RocketMqLogClient(TopicSettings settings, String writer) throws IOException {
    this.settings = settings;
    ownName = "temblor-" + writer + "-";
    producer = new DefaultMQProducer(settings.group);
    producer.setNamesrvAddr(settings.nameServers.replace(',', ';'));
    producer.setInstanceName(ownName + UUID.randomUUID());
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

  /** Others than those that can be read, perhaps. */
  @Override
  public List<TopicQueue> queues() throws IOException {
    return asking(
        "the queues of " + settings.topic, () -> ours(producer.fetchPublishMessageQueues(settings.topic)));
  }

  @Override
  public long end(TopicQueue queue) throws IOException {
    return asking("the end of " + queue, () -> producer.maxOffset(theirs(queue)));
  }

  @Override
  public long offsetAt(TopicQueue queue, long timestampMs) throws IOException {
    return asking("an offset of " + queue, () -> producer.searchOffset(theirs(queue), timestampMs));
  }

  @Override
  public long send(TopicQueue queue, List<Message> batch) throws IOException {
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
    return sent.getQueueOffset(); // whatever its status says of disks and slaves: it is in the broker's log
  }

  /** As the producer makes one, which refuses bodies without a byte: letters of such messages are to arrive as well. */
  private static MessageBatch batched(List<Message> messages) {
    messages.forEach(MessageClientIDSetter::setUniqID);
    MessageBatch batch = MessageBatch.generateFromList(messages);
    MessageClientIDSetter.setUniqID(batch);
    batch.setBody(batch.encode());
    return batch;
  }

  @Override
  public boolean othersLeft(Collection<TopicQueue> queues) throws IOException {
    String own = instance().getClientId();
    for (String address : brokers(queues)) {
      List<Connection> connections = new ArrayList<>();
      try {
        connections.addAll(
            instance().getMQClientAPIImpl().getProducerConnectionList(address, settings.group, ANSWER_MS)
                .getConnectionSet());
      } catch (MQBrokerException nobody) {
        continue; // the broker knows no sender of this group
      } catch (RemotingException failure) {
        throw new IOException("the senders of " + address + ": no answer", failure);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", interrupted);
      }
      for (Connection connection : connections) {
        if (connection.getClientId().contains(ownName) && !connection.getClientId().equals(own)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public Map<String, BrokerProgress> progress(Collection<TopicQueue> queues) throws IOException {
    Map<String, BrokerProgress> progress = new HashMap<>();
    for (String address : brokers(queues)) {
      progress.put(
          address,
          asking(
              "how far " + address + " is",
              () ->
                  new BrokerProgress(
                      instance().getMQClientAPIImpl().getBrokerRuntimeInfo(address, ANSWER_MS).getTable())));
    }
    return progress;
  }

  @Override
  public Reader reader() throws IOException {
    DefaultMQPullConsumer consumer = new DefaultMQPullConsumer(settings.group);
    consumer.setNamesrvAddr(settings.nameServers.replace(',', ';'));
    consumer.setInstanceName("temblor-look-back-" + UUID.randomUUID());
    consumer.setDecodeReadBody(false); // one that cannot be inflated would hide all that was pulled behind it
    try {
      consumer.start();
    } catch (MQClientException failure) {
      consumer.shutdown();
      throw new IOException("the client of " + settings.nameServers + " cannot start", failure);
    }
    return new Reader() {
      @Override
      public PullResult pull(TopicQueue queue, long offset) throws IOException {
        return asking(
            "what has arrived in " + queue, () -> consumer.pull(theirs(queue), "*", offset, 1024, ANSWER_MS));
      }

      @Override
      public void close() {
        consumer.shutdown();
      }
    };
  }

  private Set<String> brokers(Collection<TopicQueue> queues) throws IOException {
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

  @Override
  public void close() {
    producer.shutdown();
  }
}
