package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.temblor.flink.JobRequest;
import org.temblor.flink.core.BodyKind;

/**
 * A topic in this process, with the faults that brokers have. Found by its name, so that a job in this process reaches
 * it from wherever Flink makes its parts. For any thread.
 */
public final class MemoryTopic {
  private static final Map<String, MemoryTopic> TOPICS = new ConcurrentHashMap<>();

  /** One queue: its messages from the offset `min` on, each stored one ms after the one before. */
  private static final class Log {
    final List<byte[]> messages = new ArrayList<>();
    long min;
    boolean away;
  }

  private final String name;
  private final Map<TopicQueue, Log> logs = new TreeMap<>((a, b) -> a.splitId().compareTo(b.splitId()));
  private final Map<TopicQueue, Long> committed = new HashMap<>();
  private final List<Runnable> suspended = new ArrayList<>();
  private final List<Runnable> overdue = new ArrayList<>(); // what the suspended are answered when nothing comes
  private final Set<Client> open = new HashSet<>();
  private boolean unknown;

  public MemoryTopic(String name) {
    this.name = name;
    TOPICS.put(name, this);
  }

  /** Clients of the topics of this process. */
  public static TopicClient.Factory clients() {
    return (settings, purpose) -> TOPICS.get(settings.topic).client(settings.messagesAPull);
  }

  public TopicSettings settings(String more) {
    try {
      TopicSettings settings = JobRequest.read("--from", "rocketmq://memory:1/" + name + more).settings.topics.get(0);
      settings.discoveryIntervalMs = 20;
      return settings;
    } catch (ProgramParametrizationException wrong) {
      throw new IllegalArgumentException(wrong);
    }
  }

  synchronized TopicClient client(int messagesAPull) {
    Client client = new Client(messagesAPull);
    open.add(client);
    return client;
  }

  synchronized int openClients() {
    return open.size();
  }

  public synchronized TopicQueue queue(int id) {
    TopicQueue queue = new TopicQueue(name, "broker-0", id);
    logs.computeIfAbsent(queue, unused -> new Log());
    return queue;
  }

  /** The end of the longest queue. */
  public synchronized long messages() {
    return logs.values().stream().mapToLong(log -> log.messages.size()).max().orElse(0);
  }

  void send(TopicQueue queue, String... bodies) {
    send(queue, Arrays.stream(bodies).map(body -> body.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new));
  }

  /** One that is null is none that the official client can make out: it gives what lies before it. */
  public void send(TopicQueue queue, byte[]... bodies) {
    List<Runnable> ready;
    synchronized (this) {
      logs.get(queue).messages.addAll(Arrays.asList(bodies));
      ready = new ArrayList<>(suspended);
      suspended.clear();
      overdue.clear();
    }
    ready.forEach(Runnable::run);
  }

  /** Answers the pulls that wait with what a broker says when nothing has come for a while. */
  public void saysThatThereIsNothing() {
    List<Runnable> answers;
    synchronized (this) {
      answers = new ArrayList<>(overdue);
      suspended.clear();
      overdue.clear();
    }
    answers.forEach(Runnable::run);
  }

  synchronized void deleteBefore(TopicQueue queue, long offset) {
    logs.get(queue).min = offset;
  }

  /** Whether the queue's broker answers. */
  synchronized void away(TopicQueue queue, boolean away) {
    logs.get(queue).away = away;
  }

  /** Whether the name server knows no route of the topic. */
  synchronized void unknown(boolean unknown) {
    this.unknown = unknown;
  }

  public synchronized Map<TopicQueue, Long> committed() {
    return Map.copyOf(committed);
  }

  private Log log(TopicQueue queue) throws IOException {
    Log log = logs.get(queue);
    if (log == null || log.away) {
      throw new IOException("no answer from " + queue);
    }
    return log;
  }

  private final class Client implements TopicClient {
    private final int messagesAPull;

    Client(int messagesAPull) {
      this.messagesAPull = messagesAPull;
    }

    @Override
    public List<TopicQueue> queues() throws IOException {
      synchronized (MemoryTopic.this) {
        if (unknown) {
          throw new IOException("no route of " + name);
        }
        return new ArrayList<>(logs.keySet());
      }
    }

    @Override
    public long minOffset(TopicQueue queue) throws IOException {
      synchronized (MemoryTopic.this) {
        return log(queue).min;
      }
    }

    @Override
    public long maxOffset(TopicQueue queue) throws IOException {
      synchronized (MemoryTopic.this) {
        return log(queue).messages.size();
      }
    }

    @Override
    public long offsetAt(TopicQueue queue, long timestampMs) throws IOException {
      synchronized (MemoryTopic.this) {
        Log log = log(queue);
        return Math.max(log.min, Math.min(timestampMs, log.messages.size()));
      }
    }

    @Override
    public OptionalLong committedOffset(TopicQueue queue) throws IOException {
      synchronized (MemoryTopic.this) {
        log(queue);
        return committed.containsKey(queue) ? OptionalLong.of(committed.get(queue)) : OptionalLong.empty();
      }
    }

    @Override
    public void commit(TopicQueue queue, long offset) throws IOException {
      synchronized (MemoryTopic.this) {
        log(queue);
        committed.put(queue, offset);
      }
    }

    @Override
    public void pull(TopicQueue queue, long offset, BiConsumer<Pulled, Throwable> done) {
      Pulled pulled;
      try {
        synchronized (MemoryTopic.this) {
          Log log = log(queue);
          long max = log.messages.size();
          if (offset < log.min || offset > max) {
            pulled = Pulled.without(Pulled.Status.NO_SUCH_OFFSET, 0, log.min, max);
          } else if (offset == max) {
            Pulled nothing = Pulled.without(Pulled.Status.NOTHING_YET, offset, log.min, max);
            suspended.add(() -> pull(queue, offset, done));
            overdue.add(() -> done.accept(nothing, null));
            return;
          } else {
            pulled = messages(log, offset, Math.min(max, offset + messagesAPull));
          }
        }
      } catch (IOException failure) {
        done.accept(null, failure);
        return;
      }
      done.accept(pulled, null);
    }

    private Pulled messages(Log log, long from, long to) {
      int count = log.messages.subList((int) from, (int) to).indexOf(null);
      if (count < 0) {
        count = (int) (to - from);
      }
      long[] offsets = new long[count];
      long[] storedMs = new long[count];
      byte[][] bodies = new byte[count][];
      for (int i = 0; i < count; i++) {
        offsets[i] = from + i;
        storedMs[i] = from + i;
        bodies[i] = log.messages.get((int) from + i);
      }
      return new Pulled(Pulled.Status.MESSAGES, to, log.min, log.messages.size(), offsets, storedMs,
          BodyKind.records(count), bodies);
    }

    @Override
    public void close() {
      synchronized (MemoryTopic.this) {
        open.remove(this);
      }
    }
  }
}
