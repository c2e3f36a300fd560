package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What needs no servers; with them test/e2e/flink_source_test.py goes through it. */
@Timeout(60)
class RocketMqClientTest {
  private static TopicSettings nobody() {
    TopicSettings settings = new TopicSettings();
    settings.nameServers = "127.0.0.1:1";
    settings.topic = "topic";
    settings.group = "temblor";
    return settings;
  }

  private static Set<Thread> threads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> thread.getThreadGroup() == null || thread.getThreadGroup().getName().equals("system"));
    return threads;
  }

  private static final Set<String> POOLED = Set.of("globalEventExecutor", "ObjectCleanerThread"); // end by themselves

  @Test
  void serversThatAreAwayAreTheWorldsFault() throws Exception {
    try (TopicClient client = new RocketMqClient(nobody(), "test")) {
      TopicQueue queue = new TopicQueue("topic", "broker", 0);
      assertTrue(assertThrows(IOException.class, client::queues).getMessage().contains("the queues of topic"));
      assertThrows(IOException.class, () -> client.minOffset(queue));
      assertThrows(IOException.class, () -> client.maxOffset(queue));
      assertThrows(IOException.class, () -> client.offsetAt(queue, 0));
      assertThrows(IOException.class, () -> client.committedOffset(queue));
      assertThrows(IOException.class, () -> client.commit(queue, 1));
      CompletableFuture<Throwable> failed = new CompletableFuture<>();
      client.pull(
          queue,
          0,
          (pulled, failure) -> {
            assertNull(pulled);
            failed.complete(failure);
          });
      failed.get();
    }
  }

  /** A thread that stays keeps the classes of a job that was cancelled: some ten MB each time it is submitted again. */
  @Test
  void leavesNoThreadBehind() throws Exception {
    Set<Thread> before = threads();
    TopicClient client = new RocketMqClient(nobody(), "test");
    assertThrows(IOException.class, client::queues);
    client.close();
    while (true) {
      Set<Thread> left = threads();
      left.removeAll(before);
      left.removeIf(thread -> POOLED.stream().anyMatch(thread.getName()::startsWith));
      if (left.isEmpty()) {
        return;
      }
      Thread.sleep(10);
    }
  }
}
