package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all queues of a reader with one thread: each has one pull on its way, so that an empty queue or a broker that
 * is away holds up nobody, and no more than one answer a queue waits in memory. All calls are the fetcher's thread's,
 * but for wakeUp.
 */
final class QueueSplitReader implements SplitReader<RawBatch, QueueSplit> {
  private static final Logger LOG = LoggerFactory.getLogger(QueueSplitReader.class);

  /**
   * So often a broker must have said that there is nothing more before the end of a bounded source, each time having
   * waited: one that has just started does not know all that it has.
   */
  private static final int ANSWERS_AT_END = 3;

  private final TopicClient client;
  private final LongSupplier clock;
  private final boolean stopAtLoss;
  private final long idleNanos;
  private final ReaderMetrics metrics;
  private final Map<String, QueueReading> readings = new LinkedHashMap<>();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final List<Answer> held = new ArrayList<>(); // of paused splits

  private static final class Answer {
    final QueueReading reading; // none: somebody wants the thread back
    final Pulled pulled;
    final Throwable failure;
    final long cameNanos; // it may wait here for long, while the tasks behind cannot take more

    Answer(QueueReading reading, Pulled pulled, Throwable failure, long cameNanos) {
      this.reading = reading;
      this.pulled = pulled;
      this.failure = failure;
      this.cameNanos = cameNanos;
    }
  }

  QueueSplitReader(TopicClient client, TopicSettings settings, ReaderMetrics metrics) {
    this(client, settings, metrics, System::nanoTime);
  }

  /** With a clock that goes as a test wants. */
  QueueSplitReader(TopicClient client, TopicSettings settings, ReaderMetrics metrics, LongSupplier clock) {
    this.client = client;
    this.clock = clock;
    this.stopAtLoss = settings.stopAtLoss;
    idleNanos = settings.idleTimeoutMs * 1_000_000;
    this.metrics = metrics;
  }

  @Override
  public void handleSplitsChanges(SplitsChange<QueueSplit> change) {
    if (!(change instanceof SplitsAddition)) {
      throw new UnsupportedOperationException("splits are only added, and this is a " + change);
    }
    for (QueueSplit split : change.splits()) {
      readings.put(split.splitId(), new QueueReading(split, clock.getAsLong()));
    }
  }

  @Override
  public void pauseOrResumeSplits(Collection<QueueSplit> toPause, Collection<QueueSplit> toResume) {
    toPause.forEach(split -> pause(split, true));
    toResume.forEach(split -> pause(split, false));
  }

  private void pause(QueueSplit split, boolean paused) {
    QueueReading reading = readings.get(split.splitId());
    if (reading != null) {
      reading.paused = paused;
    }
  }

  @Override
  public RecordsWithSplitIds<RawBatch> fetch() throws IOException {
    List<RawBatch> batches = new ArrayList<>();
    try {
      List<Answer> ready = answers();
      for (Answer answer : ready) {
        take(answer, batches);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while messages were waited for", interrupted);
    }
    return new FetchedBatches(batches, removeFinished());
  }

  @Override
  public void wakeUp() {
    answers.add(new Answer(null, null, null, 0));
  }

  @Override
  public void close() {} // the client stays: offsets are told when all is read

  /** Asks what can be asked, and waits until there is an answer to look at, or something else to do. */
  private List<Answer> answers() throws InterruptedException {
    List<Answer> ready = new ArrayList<>();
    held.removeIf(answer -> !answer.reading.paused && ready.add(answer));
    boolean finished = readings.values().stream().anyMatch(QueueReading::atEnd);
    long waitNanos = ready.isEmpty() && !finished ? ask() : 0;
    Answer first = answers.poll(waitNanos, TimeUnit.NANOSECONDS);
    for (Answer next = first; next != null; next = answers.poll()) {
      sort(next, ready);
    }
    return ready;
  }

  private void sort(Answer answer, List<Answer> ready) {
    if (answer.reading != null) {
      (answer.reading.paused ? held : ready).add(answer);
    }
  }

  /** Pulls from all that can be asked; how long to wait before the next can. */
  private long ask() {
    long now = clock.getAsLong();
    long waitNanos = Long.MAX_VALUE;
    for (QueueReading reading : readings.values()) {
      if (reading.canAsk(now)) {
        reading.asking = true;
        reading.askedNanos = now;
        client.pull(
            reading.queue,
            reading.offset,
            (pulled, failure) -> answers.add(new Answer(reading, pulled, failure, clock.getAsLong())));
      } else if (reading.mayAsk()) {
        waitNanos = Math.min(waitNanos, reading.waitNanos(now));
      }
    }
    return waitNanos; // at an answer, or when somebody wants the thread back, it is sooner
  }

  private void take(Answer answer, List<RawBatch> batches) throws IOException {
    QueueReading reading = answer.reading;
    reading.asking = false;
    if (answer.failure != null) {
      trouble(reading, answer.failure);
      return;
    }
    if (reading.goOn(clock.getAsLong())) {
      LOG.info("{}: can be read again", reading.splitId);
      reading.heardNanos = reading.askedNanos; // of the time before nobody has said that there was nothing
    }
    Pulled pulled = answer.pulled;
    switch (pulled.status) {
      case MESSAGES:
        reading.answersWithoutMessages = 0;
        reading.heardNanos = answer.cameNanos;
        reading.saidQuiet = false;
        messages(reading, pulled, batches);
        break;
      case NOTHING_YET:
        skipTo(reading, pulled.nextOffset);
        boolean bounded = reading.end != QueueSplit.NO_END;
        if (bounded && !reading.atEnd() && ++reading.answersWithoutMessages >= ANSWERS_AT_END) {
          endEarly(reading, pulled);
        }
        boolean forLong = answer.cameNanos - reading.heardNanos >= idleNanos;
        if (!bounded && idleNanos > 0 && !reading.saidQuiet && forLong) {
          reading.saidQuiet = true;
          batches.add(RawBatch.quiet(reading.splitId, reading.offset));
        }
        break;
      default:
        elsewhere(reading, pulled);
    }
    metrics.pending(reading.splitId, Math.min(pulled.maxOffset, reading.end) - reading.offset);
    if (pulled.status == Pulled.Status.MESSAGES) {
      ask(); // the next are on their way while these are worked on
    }
  }

  /** What of the answer was not read yet and lies before the end: a batch's first messages were not asked for. */
  private void messages(QueueReading reading, Pulled pulled, List<RawBatch> batches) throws IOException {
    int from = 0;
    while (from < pulled.offsets.length && pulled.offsets[from] < reading.offset) {
      from++;
    }
    int to = from;
    for (; to < pulled.offsets.length && pulled.offsets[to] < reading.end; to++) {
      if (pulled.offsets[to] > reading.offset) {
        lose(reading, pulled.offsets[to]);
      }
      reading.offset = pulled.offsets[to] + 1;
    }
    if (to == pulled.offsets.length) {
      skipTo(reading, pulled.nextOffset); // what is no message hides what comes behind it
    } else {
      reading.offset = reading.end; // there are messages beyond it
    }
    if (to == from) {
      return;
    }
    reading.storedMs = pulled.storedMs[to - 1];
    boolean all = from == 0 && to == pulled.offsets.length;
    batches.add(
        all
            ? new RawBatch(
                reading.splitId, reading.offset, pulled.offsets, pulled.storedMs, pulled.kinds, pulled.bodies)
            : new RawBatch(
                reading.splitId,
                reading.offset,
                Arrays.copyOfRange(pulled.offsets, from, to),
                Arrays.copyOfRange(pulled.storedMs, from, to),
                Arrays.copyOfRange(pulled.kinds, from, to),
                Arrays.copyOfRange(pulled.bodies, from, to)));
  }

  /** Goes on where the broker says that it goes on: what lies before that and did not come is lost. */
  private void skipTo(QueueReading reading, long nextOffset) throws IOException {
    long next = Math.min(nextOffset, reading.end);
    if (next > reading.offset) {
      lose(reading, next);
      reading.offset = next;
    }
  }

  /** The broker does not have the message that is wanted next: it was deleted, or the queue was made anew. */
  private void elsewhere(QueueReading reading, Pulled pulled) throws IOException {
    if (reading.offset < pulled.minOffset) {
      lose(reading, pulled.minOffset);
      reading.offset = pulled.minOffset;
    } else if (reading.end != QueueSplit.NO_END) {
      endEarly(reading, pulled);
    } else {
      // Either the broker has lost its newest messages, which were read, or the topic is a new one of the same name.
      // What was stored later than what was read is new in both cases.
      try {
        long next = client.offsetAt(reading.queue, reading.storedMs == Long.MIN_VALUE ? 0 : reading.storedMs + 1);
        reading.backOff("", clock.getAsLong());
        LOG.warn(
            "{}: holds messages {} to {} only, though those before {} were read; going on at {}, with what was stored"
                + " since",
            reading.splitId, pulled.minOffset, pulled.maxOffset, reading.offset, next);
        reading.offset = next;
      } catch (IOException failure) {
        trouble(reading, failure);
      }
    }
  }

  private void lose(QueueReading reading, long next) throws IOException {
    String line =
        reading.splitId + ": " + (next - reading.offset) + " messages, " + reading.offset + " to " + (next - 1)
            + ", were deleted by the broker before they were read (keep them longer: fileReservedTime of the broker)";
    metrics.lostMessages.inc(next - reading.offset);
    if (stopAtLoss) {
      throw new IOException(line);
    }
    LOG.error(line);
  }

  private void endEarly(QueueReading reading, Pulled pulled) {
    LOG.warn(
        "{}: ends at {}, before {}, where it ended when the job began", reading.splitId, pulled.maxOffset, reading.end);
    reading.offset = reading.end;
  }

  /** Says once what is wrong, and asks again after a while. */
  private void trouble(QueueReading reading, Throwable failure) {
    if (reading.backOff(failure.getClass() + ": " + failure.getMessage(), clock.getAsLong())) {
      LOG.warn("{}: cannot be read; trying again", reading.splitId, failure);
    }
  }

  private Set<String> removeFinished() {
    Set<String> finished = new HashSet<>();
    for (QueueReading reading : readings.values()) {
      if (reading.atEnd()) {
        finished.add(reading.splitId);
      }
    }
    for (String splitId : finished) {
      readings.remove(splitId);
      metrics.forget(splitId);
    }
    return finished;
  }
}
