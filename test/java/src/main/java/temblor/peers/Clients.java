package temblor.peers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageQueue;

/** Started clients of the official library, set up as these programs want them. */
final class Clients {
  static final int TIMEOUT_MS = 10_000;

  private Clients() {}

  static DefaultMQProducer producer(Options options) throws MQClientException {
    DefaultMQProducer producer = new DefaultMQProducer(options.text("group", "temblor-peer-producer"));
    producer.setNamesrvAddr(options.text("name-server"));
    producer.setSendMsgTimeout(TIMEOUT_MS);
    // A repeated send can leave a message twice: a test that wants that says so.
    producer.setRetryTimesWhenSendFailed(options.number("retries", 0));
    producer.setRetryTimesWhenSendAsyncFailed(options.number("retries", 0));
    producer.setInstanceName("temblor-" + ProcessHandle.current().pid());
    return producer;
  }

  static DefaultMQPullConsumer consumer(Options options) throws MQClientException {
    DefaultMQPullConsumer consumer = new DefaultMQPullConsumer(options.text("group", "temblor-peer-consumer"));
    consumer.setNamesrvAddr(options.text("name-server"));
    consumer.setInstanceName("temblor-" + ProcessHandle.current().pid());
    consumer.start();
    return consumer;
  }

  /** By broker, then number. */
  static List<MessageQueue> sorted(Collection<MessageQueue> queues) {
    List<MessageQueue> sorted = new ArrayList<>(queues);
    sorted.sort(Comparator.naturalOrder());
    return sorted;
  }
}
