package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Finds queues and says from where to where each is to be read. For any thread; its calls block. It has a client from a
 * look until it leaves: what is left to the end of a job cannot be closed, since by then Flink has closed the job's class
 * loader in the JobManager, and closing takes classes that nobody has asked for before.
 */
final class QueueDiscovery {
  /** What was found, and why it is not all, if it is not. */
  static final class Found {
    final List<QueueSplit> splits;
    final IOException trouble;

    Found(List<QueueSplit> splits, IOException trouble) {
      this.splits = splits;
      this.trouble = trouble;
    }
  }

  private final TopicClient.Factory clients;
  private final TopicSettings settings;
  private final long startedMs;
  private TopicClient client; // null: there is none now

  QueueDiscovery(TopicClient.Factory clients, TopicSettings settings, long startedMs) {
    this.clients = clients;
    this.settings = settings;
    this.startedMs = startedMs;
  }

  /** The queues that are not known. `first` is the look at the job's start: later ones find what has come since. */
  synchronized Found look(Set<TopicQueue> known, boolean first) {
    List<QueueSplit> found = new ArrayList<>();
    IOException trouble = null;
    try {
      if (client == null) {
        client = clients.open(settings, "temblor-enumerator");
      }
      List<TopicQueue> queues = new ArrayList<>(client.queues());
      queues.sort(Comparator.comparing(TopicQueue::broker).thenComparing(TopicQueue::id));
      for (TopicQueue queue : queues) {
        if (known.contains(queue)) {
          continue;
        }
        try {
          long end = settings.bounded ? client.maxOffset(queue) : QueueSplit.NO_END;
          found.add(new QueueSplit(queue, start(queue, first), Long.MIN_VALUE, end));
        } catch (IOException failure) {
          trouble = failure; // its broker is away; the others' queues need not wait
        }
      }
    } catch (IOException failure) {
      trouble = failure;
    }
    return new Found(found, trouble);
  }

  /** Closes the client until the next look. That can take seconds. */
  synchronized void leave() {
    if (client != null) {
      client.close();
      client = null;
    }
  }

  private long start(TopicQueue queue, boolean first) throws IOException {
    switch (settings.start) {
      case EARLIEST:
        return client.minOffset(queue);
      case LATEST:
        return first ? client.maxOffset(queue) : client.offsetAt(queue, startedMs);
      case TIME:
        return client.offsetAt(queue, settings.startTimeMs);
      default:
        long earliest = client.minOffset(queue);
        return Math.max(earliest, client.committedOffset(queue).orElse(earliest));
    }
  }
}
