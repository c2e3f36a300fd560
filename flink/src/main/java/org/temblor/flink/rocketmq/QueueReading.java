package org.temblor.flink.rocketmq;

/** A split that a QueueSplitReader reads, and how it goes. Of the fetcher's thread. */
final class QueueReading {
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LONGEST_PAUSE_MS = 5_000;

  final TopicQueue queue;
  final String splitId;
  final long end;
  long offset;
  long storedMs;

  boolean asking; // there is a pull on its way, or its answer waits
  boolean paused;
  int answersWithoutMessages; // one after the other
  long askedNanos; // when the last pull was sent off
  long heardNanos; // when messages came last, or it began, or could be read again
  boolean saidQuiet; // since then
  private String trouble = "";
  private long pauseMs = FIRST_PAUSE_MS;
  private long askAtNanos;

  QueueReading(QueueSplit split, long nowNanos) {
    queue = split.queue();
    splitId = split.splitId();
    end = split.end();
    offset = split.offset();
    storedMs = split.storedMs();
    askAtNanos = nowNanos;
    heardNanos = nowNanos;
  }

  boolean atEnd() {
    return offset >= end;
  }

  /** Whether there is a reason to ask, now or after a while. */
  boolean mayAsk() {
    return !asking && !paused && !atEnd();
  }

  boolean canAsk(long nowNanos) {
    return mayAsk() && nowNanos - askAtNanos >= 0;
  }

  /** The time until canAsk, where mayAsk. */
  long waitNanos(long nowNanos) {
    return askAtNanos - nowNanos;
  }

  /** Waits longer each time; whether the trouble is another than before. */
  boolean backOff(String why, long nowNanos) {
    askAtNanos = nowNanos + pauseMs * 1_000_000;
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    boolean news = !why.equals(trouble);
    trouble = why;
    return news;
  }

  /** The broker has answered; whether that ends a trouble. */
  boolean goOn(long nowNanos) {
    askAtNanos = nowNanos;
    pauseMs = FIRST_PAUSE_MS;
    boolean news = !trouble.isEmpty();
    trouble = "";
    return news;
  }
}
