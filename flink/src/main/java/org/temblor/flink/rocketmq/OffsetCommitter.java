package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the brokers what complete checkpoints cover, so that RocketMQ's own tools show the lag; nothing is decided by
 * it. One thread of its own, since a broker may take its time; what fails is told again until something newer replaces
 * it. `commit` and `close` are the task's thread's; `close` waits for the brokers, but not long.
 */
final class OffsetCommitter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetCommitter.class);
  private static final long RETRY_MS = 1_000;
  private static final long FAREWELL_MS = 2_000;

  private final TopicClient client;
  private final ReaderMetrics metrics;
  private final Thread thread;
  private final Map<TopicQueue, Long> waiting = new HashMap<>(); // and the rest: by the lock of this
  private boolean closing;

  OffsetCommitter(TopicClient client, ReaderMetrics metrics, String name) {
    this.client = client;
    this.metrics = metrics;
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  synchronized void commit(Map<TopicQueue, Long> offsets) {
    waiting.putAll(offsets);
    notifyAll();
  }

  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    try {
      thread.join(FAREWELL_MS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }

  private void run() {
    try {
      for (Map<TopicQueue, Long> offsets = next(); offsets != null; offsets = next()) {
        if (!tell(offsets)) {
          pause();
        }
      }
    } catch (InterruptedException closed) {
      // what is left is told by the next life of this job
    }
  }

  private synchronized Map<TopicQueue, Long> next() throws InterruptedException {
    while (waiting.isEmpty() && !closing) {
      wait();
    }
    if (waiting.isEmpty()) {
      return null;
    }
    Map<TopicQueue, Long> offsets = new HashMap<>(waiting);
    waiting.clear();
    return offsets;
  }

  private synchronized void pause() throws InterruptedException {
    if (!closing) {
      wait(RETRY_MS);
    } else {
      Thread.sleep(RETRY_MS / 10);
    }
  }

  /** Whether all brokers know now. */
  private boolean tell(Map<TopicQueue, Long> offsets) {
    boolean all = true;
    for (Map.Entry<TopicQueue, Long> each : offsets.entrySet()) {
      try {
        client.commit(each.getKey(), each.getValue());
      } catch (IOException failure) {
        if (all) {
          LOG.warn("{}; telling it again", failure.getMessage(), failure);
        }
        all = false;
        metrics.failedCommits.inc();
        synchronized (this) {
          waiting.putIfAbsent(each.getKey(), each.getValue());
        }
      }
    }
    return all;
  }
}
