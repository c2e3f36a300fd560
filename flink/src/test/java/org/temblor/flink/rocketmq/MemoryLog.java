package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * A topic in this process that TopicLogs write to. Found by its name, so that a job in this process reaches it from
 * wherever Flink makes its parts. For any thread.
 */
public final class MemoryLog {
  /** The property that holds a message's mark: the name of its job's senders and the number of its commit, NAME.NUMBER. */
  public static final String WRITER = "temblor.writer";

  private static final Map<String, MemoryLog> TOPICS = new ConcurrentHashMap<>();
  private static final int AN_ANSWER = 2; // messages

  private final String name;
  private final TreeMap<TopicQueue, List<MessageExt>> queues = new TreeMap<>();
  private final List<Client> open = new ArrayList<>();
  private long nowMs;
  private int sendsLeft = Integer.MAX_VALUE;
  private int damaged = -1; // of the next answers that hold it

  MemoryLog(int count) {
    this("results", count);
  }

  public MemoryLog(String name, int count) {
    this.name = name;
    for (int id = 0; id < count; id++) {
      queues.put(queue(id), new ArrayList<>());
    }
    TOPICS.put(name, this);
  }

  /** Clients of the topics of this process. */
  public static LogClient.Factory clients() {
    return (settings, writer) -> TOPICS.get(settings.topic).open(settings, writer);
  }

  public TopicSettings settings() {
    TopicSettings settings = new TopicSettings();
    settings.topic = name;
    return settings;
  }

  TopicQueue queue(int id) {
    return new TopicQueue(name, "broker-0", id);
  }

  synchronized LogClient open(TopicSettings settings, String writer) {
    Client client = new Client(writer);
    open.add(client);
    return client;
  }

  synchronized void setTime(long nowMs) {
    this.nowMs = nowMs;
  }

  /** After so many batches the broker stores one more, and no answer comes. */
  synchronized void breakAfter(int sends) {
    sendsLeft = sends;
  }

  /** The broker has lost all but the first messages of a queue. */
  synchronized void keep(int id, int messages) {
    List<MessageExt> all = queues.get(queue(id));
    all.subList(messages, all.size()).clear();
  }

  /** The client cannot make out what lies there, nor what comes behind it in an answer. */
  synchronized void damage(int offset) {
    damaged = offset;
  }

  /** All messages, in the order of the queues and of arriving. */
  public synchronized List<MessageExt> messages() {
    return queues.values().stream().flatMap(List::stream).collect(Collectors.toList());
  }

  /** Holds what the other one has got, but not more than so many messages in each queue. */
  public synchronized void copy(MemoryLog other, int messages) {
    synchronized (other) {
      other.queues.forEach(
          (queue, all) -> queues.get(queue).addAll(all.subList(0, Math.min(messages, all.size()))));
    }
  }

  /** Of all queues, in the order of the queues and of arriving, with their marks behind the writer's name. */
  List<String> stored() {
    return messages().stream()
        .map(
            message -> {
              String mark = message.getProperty(WRITER);
              return message.getKeys() + " " + (mark == null ? "-" : mark.substring(mark.indexOf('.') + 1));
            })
        .collect(Collectors.toList());
  }

  /** A message of somebody. */
  synchronized void put(int id, String key, String mark) {
    Message message = new Message(name, new byte[0]);
    message.setKeys(key);
    if (mark != null) {
      message.putUserProperty(WRITER, mark);
    }
    store(queue(id), message);
  }

  private void store(TopicQueue queue, Message message) {
    MessageExt stored = new MessageExt();
    stored.setTopic(message.getTopic());
    stored.setBody(message.getBody());
    MessageAccessor.setProperties(stored, message.getProperties());
    stored.setQueueOffset(queues.get(queue).size());
    stored.setStoreTimestamp(nowMs);
    queues.get(queue).add(stored);
  }

  private final class Client implements LogClient {
    private final String writer;

    Client(String writer) {
      this.writer = writer;
    }

    @Override
    public List<TopicQueue> queues() {
      return new ArrayList<>(queues.keySet()); // which never change
    }

    @Override
    public long end(TopicQueue queue) {
      synchronized (MemoryLog.this) {
        return queues.get(queue).size();
      }
    }

    @Override
    public long offsetAt(TopicQueue queue, long timestampMs) {
      synchronized (MemoryLog.this) {
        return queues.get(queue).stream().filter(message -> message.getStoreTimestamp() < timestampMs).count();
      }
    }

    @Override
    public long send(TopicQueue queue, List<Message> batch) throws IOException {
      synchronized (MemoryLog.this) {
        long offset = end(queue);
        batch.forEach(message -> store(queue, message));
        if (sendsLeft-- == 0) {
          throw new IOException("no answer");
        }
        return offset;
      }
    }

    @Override
    public boolean othersLeft(Collection<TopicQueue> of) {
      synchronized (MemoryLog.this) {
        return open.stream().anyMatch(other -> other != this && other.writer.equals(writer));
      }
    }

    @Override
    public Map<String, BrokerProgress> progress(Collection<TopicQueue> of) {
      return Map.of("broker-0", new BrokerProgress(Map.of()));
    }

    @Override
    public Reader reader() {
      return new Reader() {
        @Override
        public PullResult pull(TopicQueue queue, long offset) {
          synchronized (MemoryLog.this) {
            List<MessageExt> all = queues.get(queue);
            int end = (int) Math.min(offset + AN_ANSWER, all.size());
            List<MessageExt> found = new ArrayList<>(all.subList((int) offset, end));
            if (damaged >= offset && damaged < end) {
              found = found.subList(0, (int) (damaged - offset));
            }
            return new PullResult(PullStatus.FOUND, end, 0, all.size(), found);
          }
        }

        @Override
        public void close() {}
      };
    }

    /** Time enough for a sender to be gone. */
    @Override
    public void sleep(long ms) {
      synchronized (MemoryLog.this) {
        open.removeIf(client -> client != this);
      }
    }

    @Override
    public void close() {
      synchronized (MemoryLog.this) {
        open.remove(this);
      }
    }
  }
}
