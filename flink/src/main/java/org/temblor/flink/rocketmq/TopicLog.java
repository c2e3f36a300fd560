package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.temblor.flink.core.ResultMessage;

/**
 * Writes messages to a topic, each key once. A broker cannot be told to forget what it got twice, so nothing is sent twice:
 * where it is not known what became of what was sent, the job begins again from its checkpoint, and the log looks back
 * first. It waits until the sender before it is gone from the brokers, and a second more, reads the topic from the
 * checkpoint's offsets on, and leaves out what has arrived. What is sent with one checkpoint is a commit; its number, the
 * checkpoint's, is in each of its messages. (connectors/rocketmq/topic_log.h does the same.) One sender for a job at a
 * time; one thread.
 */
final class TopicLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicLog.class);

  /**
   * Marks what temblor has sent, with the name of the job's senders and the number of the commit, NAME.NUMBER: others'
   * messages are none of a look back's, nor those of commits that were over.
   */
  private static final String WRITER_PROPERTY = "temblor.writer";

  private static final long PAUSE_MS = 200;
  private static final long PATIENCE_MS = 150_000; // brokers take half a minute to start, or 130 s to miss a sender
  private static final long STILL_ON_THE_WAY_MS = 1_000;
  private static final long CLOCKS_APART_MS = 600_000; // a broker's from this host's, at the most

  private final TopicSettings settings;
  private final String writer;
  private final List<TopicQueue> queues;
  private final TreeMap<TopicQueue, Long> offsets; // where a look back begins
  private final TreeMap<TopicQueue, Long> reached;
  private final Set<String> arrived = new HashSet<>(); // and not asked for yet
  private long floor; // the first commit that what has arrived can be of: later ones after an older checkpoint was used
  private final LogClient client;

  private TopicLog(TopicSettings settings, LogPosition position, LogClient.Factory clients) throws IOException {
    this.settings = settings;
    writer = position.writer;
    floor = position.floor;
    offsets = new TreeMap<>(position.offsets);
    reached = new TreeMap<>(position.offsets);
    queues = new ArrayList<>(offsets.keySet());
    client = clients.open(settings, writer);
  }

  /** For a job that begins: what is in the topic is not its own. */
  static TopicLog begin(TopicSettings settings, LogClient.Factory clients) throws IOException {
    LogPosition nowhere = new LogPosition(UUID.randomUUID().toString(), 0, LogPosition.NO_TIME, new TreeMap<>());
    TopicLog log = new TopicLog(settings, nowhere, clients);
    try {
      log.findQueues();
      return log;
    } catch (IOException | RuntimeException failure) {
      log.close();
      throw failure;
    }
  }

  /** A key's queue is its place among those that can be written, the same as in the embedded run. */
  private void findQueues() throws IOException {
    for (TopicQueue queue : client.queues()) {
      offsets.put(queue, client.end(queue));
    }
    if (offsets.isEmpty()) {
      throw new IOException("the topic " + settings.topic + " has no queue that can be written (create some)");
    }
    reached.putAll(offsets);
    queues.addAll(offsets.keySet());
  }

  /** For a job that goes on from a checkpoint: finds out what has arrived. */
  static TopicLog resume(TopicSettings settings, LogPosition position, LogClient.Factory clients)
      throws IOException, InterruptedException {
    for (TopicQueue queue : position.offsets.keySet()) {
      if (!queue.topic().equals(settings.topic)) {
        throw OutgoingBatches.hopeless(
            settings.topic + ": the savepoint is of a job that wrote to " + queue.topic()
                + " in its place (go on with that, or start the new job without it)",
            null);
      }
    }
    TopicLog log = new TopicLog(settings, position, clients);
    try {
      log.lookBack(position.timeMs);
      return log;
    } catch (IOException | InterruptedException | RuntimeException failure) {
      log.close();
      throw failure;
    }
  }

  /** What a checkpoint that is taken now must keep: what is appended after it lies behind. */
  LogPosition position(long nowMs) {
    return new LogPosition(writer, floor, nowMs, new TreeMap<>(offsets));
  }

  /** Sends what has not arrived; returns when the brokers have all of it. After a failure the log is of no more use. */
  void append(List<KeyedMessage> messages, long commit) throws IOException {
    String mark = writer + "." + commit;
    OutgoingBatches batches = new OutgoingBatches(this::send);
    for (KeyedMessage each : messages) {
      if (!arrived.isEmpty() && arrived.remove(each.key)) {
        continue;
      }
      TopicQueue queue = queues.get(ResultMessage.queueOf(each.queueBy, queues.size()));
      Message message = new Message(settings.topic, each.body);
      MessageAccessor.setProperties(message, MessageDecoder.string2messageProperties(each.properties));
      message.setKeys(each.key);
      message.putUserProperty(WRITER_PROPERTY, mark);
      batches.add(queue, message);
    }
    batches.flush();
    // Where something has arrived that is not asked for yet, as after an older checkpoint was used, the next look back
    // must find it as well.
    if (arrived.isEmpty()) {
      offsets.putAll(reached);
    }
  }

  /** All of this commit and of those before it has been appended. */
  void endCommit(long commit) {
    if (arrived.isEmpty()) {
      floor = commit + 1;
    }
  }

  private void send(TopicQueue queue, List<Message> batch) throws IOException {
    reached.put(queue, client.send(queue, batch) + batch.size());
  }

  private void lookBack(long sinceMs) throws IOException, InterruptedException {
    waitForPredecessors();
    Map<TopicQueue, Long> ends = ends();
    try (LogClient.Reader reader = client.reader()) {
      for (TopicQueue queue : queues) {
        long end = ends.get(queue);
        if (offsets.get(queue) > end) {
          offsets.put(queue, beginOfShorter(queue, sinceMs));
        }
        readBack(reader, queue, offsets.get(queue), end);
        reached.put(queue, end);
      }
    }
    if (arrived.isEmpty()) {
      offsets.putAll(reached);
    }
    LOG.info("{}: {} messages had arrived already", settings.topic, arrived.size());
  }

  private void waitForPredecessors() throws IOException, InterruptedException {
    long limit = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (client.othersLeft(queues)) {
      if (System.nanoTime() > limit) {
        throw new IOException(
            settings.topic + ": another one still writes for this job (end it: its client is named temblor-" + writer
                + "-…)");
      }
      client.sleep(PAUSE_MS);
    }
    client.sleep(STILL_ON_THE_WAY_MS);
  }

  /** Where the queues end, once their brokers show all that they had stored when they were asked first. */
  private Map<TopicQueue, Long> ends() throws IOException, InterruptedException {
    long limit = System.nanoTime() + PATIENCE_MS * 1_000_000;
    Map<String, BrokerProgress> begin = client.progress(queues);
    while (!covers(client.progress(queues), begin)) {
      if (System.nanoTime() > limit) {
        throw new IOException(
            settings.topic + ": a broker of " + begin.keySet() + " does not show what it has stored (see its log)");
      }
      client.sleep(PAUSE_MS);
    }
    Map<TopicQueue, Long> ends = new TreeMap<>();
    for (TopicQueue queue : queues) {
      ends.put(queue, client.end(queue));
    }
    return ends;
  }

  private static boolean covers(Map<String, BrokerProgress> now, Map<String, BrokerProgress> begin) {
    return begin.entrySet().stream()
        .allMatch(then -> now.containsKey(then.getKey()) && now.get(then.getKey()).covers(then.getValue()));
  }

  /**
   * From where on a commit can lie in a queue that ends before it: the topic was made anew, or its broker has lost its
   * newest messages.
   */
  private long beginOfShorter(TopicQueue queue, long sinceMs) throws IOException {
    return sinceMs == LogPosition.NO_TIME ? 0 : client.offsetAt(queue, sinceMs - CLOCKS_APART_MS);
  }

  /** Whether a message that carries this mark may be one that is committed now or later. */
  private boolean mayBePending(String mark) {
    if (mark == null || !mark.startsWith(writer)) {
      return false;
    }
    String rest = mark.substring(writer.length());
    if (rest.isEmpty()) {
      return true; // from an older version
    }
    try {
      return rest.charAt(0) == '.' && Long.parseLong(rest.substring(1)) >= floor;
    } catch (NumberFormatException another) {
      return false;
    }
  }

  /** Collects the keys of what this job's senders have put into a queue from `begin` to `end`. */
  private void readBack(LogClient.Reader reader, TopicQueue queue, long begin, long end) throws IOException {
    long next = begin;
    while (next < end) {
      PullResult pulled = reader.pull(queue, next);
      long after = next;
      if (pulled.getPullStatus() == PullStatus.FOUND) {
        // Not to where the answer ends: what their client cannot make out hides what lies behind it.
        for (MessageExt message : pulled.getMsgFoundList()) {
          after = Math.max(after, message.getQueueOffset() + 1);
          if (mayBePending(message.getProperty(WRITER_PROPERTY)) && message.getKeys() != null) {
            arrived.add(message.getKeys());
          }
        }
      } else {
        after = pulled.getNextBeginOffset();
      }
      if (after <= next) {
        throw new IOException(queue + ": message " + next + " of " + end + " cannot be read back");
      }
      next = after;
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
