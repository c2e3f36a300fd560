package temblor.peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * How fast the official client pulls all that a topic holds, `--pull` messages a request and nothing done with them,
 * each queue by a thread (`--threads`). `--warm-up` rounds over everything come first and do not count.
 */
final class BenchPull {
  private BenchPull() {}

  static void run(Options options) throws Exception {
    DefaultMQPullConsumer consumer = Clients.consumer(options);
    List<MessageQueue> queues = Clients.sorted(consumer.fetchSubscribeMessageQueues(options.text("topic")));
    Map<MessageQueue, Long> ends = new HashMap<>();
    for (MessageQueue queue : queues) {
      ends.put(queue, consumer.maxOffset(queue));
    }
    for (int i = 0; i < options.number("warm-up", 1); i++) {
      round(options, consumer, queues, ends);
    }
    Measured measured = new Measured();
    long messages = round(options, consumer, queues, ends);
    System.out.println(measured.report(messages));
    consumer.shutdown();
  }

  private static long round(
      Options options, DefaultMQPullConsumer consumer, List<MessageQueue> queues, Map<MessageQueue, Long> ends)
      throws Exception {
    int messagesAPull = options.number("pull", 1024);
    ExecutorService threads = Executors.newFixedThreadPool(options.number("threads", queues.size()));
    List<Future<Long>> done = new ArrayList<>();
    for (MessageQueue queue : queues) {
      done.add(threads.submit(() -> pull(consumer, queue, ends.get(queue), messagesAPull)));
    }
    long messages = 0;
    for (Future<Long> part : done) {
      messages += part.get();
    }
    threads.shutdown();
    return messages;
  }

  private static long pull(DefaultMQPullConsumer consumer, MessageQueue queue, long end, int messagesAPull)
      throws Exception {
    long messages = 0;
    long next = consumer.minOffset(queue);
    while (next < end) {
      PullResult pulled = consumer.pull(queue, "*", next, messagesAPull, Clients.TIMEOUT_MS);
      if (pulled.getMsgFoundList() != null) {
        messages += pulled.getMsgFoundList().size();
      }
      next = pulled.getNextBeginOffset();
    }
    return messages;
  }
}
