package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueueSplitReaderTest {
  private final MemoryTopic topic;
  private final ReaderMetrics metrics = new ReaderMetrics(UnregisteredMetricsGroup.createSourceReaderMetricGroup());
  private final List<String> bodies = new ArrayList<>();
  private final Set<String> finished = new HashSet<>();
  private QueueSplitReader reader;
  private int quiet;

  QueueSplitReaderTest(TestInfo test) {
    topic = new MemoryTopic("read-" + test.getTestMethod().map(method -> method.getName()).orElse(""));
  }

  private void begin(String settings, QueueSplit... splits) {
    reader = new QueueSplitReader(topic.client(2), topic.settings(settings), metrics);
    reader.handleSplitsChanges(new SplitsAddition<>(List.of(splits)));
  }

  private static QueueSplit from(TopicQueue queue, long offset) {
    return new QueueSplit(queue, offset, Long.MIN_VALUE, QueueSplit.NO_END);
  }

  private static QueueSplit until(TopicQueue queue, long end) {
    return new QueueSplit(queue, 0, Long.MIN_VALUE, end);
  }

  private void fetch() throws IOException {
    RecordsWithSplitIds<RawBatch> fetched = reader.fetch();
    while (fetched.nextSplit() != null) {
      for (RawBatch batch = fetched.nextRecordFromSplit(); batch != null; batch = fetched.nextRecordFromSplit()) {
        quiet += batch.isQuiet() ? 1 : 0;
        for (byte[] body : batch.bodies) {
          bodies.add(new String(body, StandardCharsets.UTF_8));
        }
      }
    }
    finished.addAll(fetched.finishedSplits());
  }

  private void fetch(int wanted) throws IOException {
    while (bodies.size() < wanted) {
      fetch();
    }
  }

  /** Begins, and reads the one message that there is. */
  private TopicQueue beginBehindOne(long idleMs) throws IOException {
    TopicQueue queue = topic.queue(0);
    topic.send(queue, "a");
    begin(idleMs, queue);
    fetch(1);
    return queue;
  }

  @Test
  void saysOnceThatASplitHasNothingMore() throws IOException {
    TopicQueue queue = beginBehindOne(10);
    hearNothing(9);
    assertEquals(0, quiet);
    hearNothing(1);
    assertEquals(1, quiet);
    hearNothing(100);
    assertEquals(1, quiet);
    topic.send(queue, "b");
    fetch(2);
    hearNothing(9);
    assertEquals(1, quiet);
    hearNothing(1);
    assertEquals(2, quiet);
    assertEquals(List.of("a", "b"), bodies);
  }

  @Test
  void neverSaysSoWhereTheTimeoutIsNone() throws IOException {
    beginBehindOne(0);
    hearNothing(1_000_000);
    assertEquals(0, quiet);
  }

  /** While the tasks behind cannot take more, an answer waits: what it says is of when it came. */
  @Test
  void anAnswerThatHasWaitedIsNoNews() throws IOException {
    beginBehindOne(10);
    reader.wakeUp();
    fetch();
    nowNanos += 9_000_000;
    topic.saysThatThereIsNothing();
    nowNanos += 1_000_000_000;
    fetch();
    assertEquals(0, quiet);
  }

  /** A broker that is away has not said that there is nothing. */
  @Test
  void anOutageIsNotIdleTime() throws IOException {
    TopicQueue queue = beginBehindOne(10);
    hearNothing(9);
    topic.away(queue, true);
    reader.wakeUp();
    fetch();
    nowNanos += 60_000_000_000L;
    reader.wakeUp();
    fetch(); // no answer
    nowNanos += 60_000_000_000L;
    topic.away(queue, false);
    hearNothing(9);
    assertEquals(0, quiet);
    hearNothing(1);
    assertEquals(1, quiet);
  }

  private long nowNanos = 1;

  private void begin(long idleTimeoutMs, TopicQueue queue) {
    TopicSettings settings = topic.settings("");
    settings.idleTimeoutMs = idleTimeoutMs;
    reader = new QueueSplitReader(topic.client(2), settings, metrics, () -> nowNanos);
    reader.handleSplitsChanges(new SplitsAddition<>(List.of(from(queue, 0))));
  }

  /** The broker is asked, and says after some milliseconds that there is no more. */
  private void hearNothing(long afterMs) throws IOException {
    reader.wakeUp();
    fetch();
    nowNanos += afterMs * 1_000_000;
    topic.saysThatThereIsNothing();
    fetch();
  }

  @Test
  void readsInOrderAndWhatComesLater() throws IOException {
    TopicQueue queue = topic.queue(0);
    topic.send(queue, "a", "b", "c", "d", "e");
    begin("", from(queue, 1));
    fetch(4);
    topic.send(queue, "f");
    fetch(5);
    assertEquals(List.of("b", "c", "d", "e", "f"), bodies);
    assertEquals(0, metrics.pending());
  }

  @Test
  void pendingIsWhatTheBrokerHasAndTheReaderDoesNot() throws IOException {
    TopicQueue queue = topic.queue(0);
    topic.send(queue, "a", "b", "c", "d", "e");
    begin("", from(queue, 0));
    fetch(2);
    assertEquals(3, metrics.pending());
  }

  @Test
  void endsAtTheEnd() throws IOException {
    topic.send(topic.queue(0), "a", "b", "c", "behind");
    topic.queue(1);
    begin("?bounded", until(topic.queue(0), 3), until(topic.queue(1), 0));
    while (finished.size() < 2) {
      fetch();
    }
    assertEquals(List.of("a", "b", "c"), bodies);
    assertEquals(0, metrics.pending());
  }

  @Test
  void emptyQueueHoldsUpNobody() throws IOException {
    topic.send(topic.queue(1), "a");
    begin("", from(topic.queue(0), 0), from(topic.queue(1), 0));
    fetch(1);
    assertEquals(List.of("a"), bodies);
  }

  @Test
  void brokerThatIsAwayIsAskedAgain() throws Exception {
    topic.send(topic.queue(0), "a");
    topic.send(topic.queue(1), "b");
    topic.away(topic.queue(0), true);
    begin("", from(topic.queue(0), 0), from(topic.queue(1), 0));
    fetch(1);
    assertEquals(List.of("b"), bodies);
    topic.away(topic.queue(0), false);
    fetch(2);
    assertEquals(List.of("b", "a"), bodies);
  }

  @Test
  void pausedSplitsGiveNothing() throws IOException {
    topic.send(topic.queue(0), "a");
    topic.send(topic.queue(1), "b");
    QueueSplit paused = from(topic.queue(0), 0);
    begin("", paused, from(topic.queue(1), 0));
    reader.pauseOrResumeSplits(List.of(paused), List.of());
    fetch(1);
    assertEquals(List.of("b"), bodies);
    reader.pauseOrResumeSplits(List.of(), List.of(paused));
    fetch(2);
    assertEquals(List.of("b", "a"), bodies);
  }

  @Test
  void answerOfASplitThatWasPausedSinceIsKept() throws IOException {
    QueueSplit split = from(topic.queue(0), 0);
    begin("", split);
    reader.wakeUp();
    fetch(); // the pull is on its way
    reader.pauseOrResumeSplits(List.of(split), List.of());
    topic.send(topic.queue(0), "a");
    reader.wakeUp();
    fetch();
    assertEquals(List.of(), bodies);
    reader.pauseOrResumeSplits(List.of(), List.of(split));
    fetch(1);
    assertEquals(List.of("a"), bodies);
  }

  @Test
  void wakesUp() throws Exception {
    begin("", from(topic.queue(0), 0));
    Thread waker = new Thread(reader::wakeUp);
    waker.start();
    fetch();
    waker.join();
    assertEquals(List.of(), bodies);
  }

  @Test
  void deletedMessagesAreCounted() throws IOException {
    TopicQueue queue = topic.queue(0);
    topic.send(queue, "a", "b", "c", "d");
    topic.deleteBefore(queue, 3);
    begin("", from(queue, 1));
    fetch(1);
    assertEquals(List.of("d"), bodies);
    assertEquals(2, metrics.lostMessages.getCount());
  }

  @Test
  void whatAPullJumpsOverIsCounted() throws IOException {
    TopicQueue queue = topic.queue(0);
    topic.send(queue, "a");
    topic.send(queue, new byte[][] {null});
    topic.send(queue, new byte[][] {null});
    topic.send(queue, "d", "e");
    begin("", from(queue, 0)); // two at a time
    fetch(2);
    assertEquals(List.of("a", "e"), bodies);
    assertEquals(3, metrics.lostMessages.getCount());
  }

  @Test
  void deletedMessagesEndAJobThatWantsIt() {
    TopicQueue queue = topic.queue(0);
    topic.send(queue, "a", "b");
    topic.deleteBefore(queue, 1);
    begin("?loss=stop", from(queue, 0));
    IOException failure = assertThrows(IOException.class, () -> fetch(1));
    assertTrue(failure.getMessage().contains("1 messages, 0 to 0, were deleted"));
  }

  @Test
  void queueThatWasMadeAnewIsReadFromWhatWasStoredSince() throws IOException {
    TopicQueue queue = topic.queue(0);
    topic.send(queue, "0", "1", "2", "3", "4"); // stored at 0 to 4
    begin("", new QueueSplit(queue, 100, 2, QueueSplit.NO_END));
    fetch(2);
    assertEquals(List.of("3", "4"), bodies);
  }
}
