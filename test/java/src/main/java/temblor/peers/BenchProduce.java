package temblor.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * How fast the official client sends `--messages` records, those of `--file` over and over, each queue by one thread:
 * `--mode batch` (of `--batch` messages) or `--mode async` (single ones, `--in-flight` at most). Before it counts it
 * sends `--warm-up` messages the same way. With `--threads` fewer threads share the queues. `resent` counts the single
 * ones that the client or the broker refused for being busy; a batch that is refused ends the run.
 */
final class BenchProduce {
  private static final LongAdder RESENT = new LongAdder();

  private record Reading(String sensor, byte[] bytes) {}

  private BenchProduce() {}

  static void run(Options options) throws Exception {
    DefaultMQProducer producer = Clients.producer(options);
    producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
    producer.start();
    List<MessageQueue> queues = Clients.sorted(producer.fetchPublishMessageQueues(options.text("topic")));
    List<List<Reading>> readings = new ArrayList<>();
    queues.forEach(queue -> readings.add(new ArrayList<>()));
    for (byte[] record : Records.read(options.text("file"))) {
      String sensor = Records.sensor(record);
      if (record.length > 0) {
        readings.get(Records.queue(sensor, queues.size())).add(new Reading(sensor, record));
      }
    }
    if (readings.stream().anyMatch(List::isEmpty)) {
      throw new Options.Wrong("the file has too few sensors for " + queues.size() + " queues");
    }
    round(options, producer, queues, readings, options.number("warm-up", 100_000));
    RESENT.reset();
    Measured measured = new Measured();
    long sent = round(options, producer, queues, readings, options.number("messages", 1_000_000));
    System.out.println(measured.report(sent).fluentPut("resent", RESENT.sum()));
    producer.shutdown();
  }

  private static long round(
      Options options, DefaultMQProducer producer, List<MessageQueue> queues, List<List<Reading>> readings,
      int messages) throws Exception {
    int each = messages / queues.size();
    boolean batches = options.text("mode", "batch").equals("batch");
    int batch = options.number("batch", 500);
    Semaphore inFlight = new Semaphore(options.number("in-flight", 1024));
    ExecutorService threads = Executors.newFixedThreadPool(options.number("threads", queues.size()));
    List<Future<Long>> done = new ArrayList<>();
    for (int i = 0; i < queues.size(); i++) {
      MessageQueue queue = queues.get(i);
      List<Reading> own = readings.get(i);
      done.add(
          threads.submit(
              () -> batches ? batches(producer, queue, own, each, batch) : singles(producer, queue, own, each, inFlight)));
    }
    long sent = 0;
    for (Future<Long> part : done) {
      sent += part.get();
    }
    threads.shutdown();
    threads.awaitTermination(1, TimeUnit.MINUTES);
    return sent;
  }

  private static long batches(
      DefaultMQProducer producer, MessageQueue queue, List<Reading> readings, int count, int batch) throws Exception {
    List<Message> messages = new ArrayList<>(batch);
    for (int i = 0; i < count; i++) {
      messages.add(message(queue, readings.get(i % readings.size())));
      if (messages.size() == batch || i + 1 == count) {
        producer.send(messages, queue);
        messages.clear();
      }
    }
    return count;
  }

  private static long singles(
      DefaultMQProducer producer, MessageQueue queue, List<Reading> readings, int count, Semaphore inFlight)
      throws Exception {
    Semaphore done = new Semaphore(0);
    for (int i = 0; i < count; i++) {
      inFlight.acquire();
      new Single(producer, queue, message(queue, readings.get(i % readings.size())), inFlight, done).send();
    }
    done.acquire(count);
    return count;
  }

  /** A message on its way, sent again when the broker is busy or its connection is full. */
  private record Single(
      DefaultMQProducer producer, MessageQueue queue, Message message, Semaphore inFlight, Semaphore done)
      implements SendCallback {
    void send() {
      try {
        producer.send(message, queue, this);
      } catch (Exception failure) {
        onException(failure);
      }
    }

    @Override
    public void onSuccess(SendResult result) {
      inFlight.release();
      done.release();
    }

    @Override
    public void onException(Throwable failure) {
      RESENT.increment();
      CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS).execute(this::send);
    }
  }

  private static Message message(MessageQueue queue, Reading reading) {
    return Records.message(queue.getTopic(), reading.sensor(), reading.bytes());
  }
}
