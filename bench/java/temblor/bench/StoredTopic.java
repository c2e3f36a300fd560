package temblor.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.temblor.flink.core.BodyKind;
import org.temblor.flink.rocketmq.Pulled;
import org.temblor.flink.rocketmq.TopicClient;
import org.temblor.flink.rocketmq.TopicQueue;
import org.temblor.flink.rocketmq.TopicSettings;

/**
 * A topic in memory, whose brokers answer at once and cost next to nothing: the files FOLDER/0, FOLDER/1, … that
 * flink_bench has written are its queues, each message an array of its own, as a client of RocketMQ hands them out.
 */
final class StoredTopic implements TopicClient {
  static final TopicSettings SETTINGS = settings();

  /** When the brokers have stored all of them: later than any of their timestamps. */
  private static final long STORED_MS = 4_000_000_000_000L;

  // What all answers have in common:
  private static final long[] STORED = new long[SETTINGS.messagesAPull];
  private static final BodyKind[] RECORDS = BodyKind.records(SETTINGS.messagesAPull);

  static {
    Arrays.fill(STORED, STORED_MS);
  }

  private static byte[][][] queues; // of this process: Flink makes clients wherever it likes

  private StoredTopic() {}

  private static TopicSettings settings() {
    TopicSettings settings = new TopicSettings();
    settings.nameServers = "memory:1";
    settings.topic = "records";
    settings.group = "temblor";
    settings.bounded = true;
    return settings;
  }

  /** Reads the files; how many messages there are. */
  static long load(Path folder) throws IOException {
    List<byte[][]> loaded = new ArrayList<>();
    long messages = 0;
    for (Path file = folder.resolve("0"); Files.exists(file); file = folder.resolve("" + loaded.size())) {
      loaded.add(messages(file));
      messages += loaded.get(loaded.size() - 1).length;
    }
    queues = loaded.toArray(new byte[0][][]);
    return messages;
  }

  private static byte[][] messages(Path file) throws IOException {
    List<byte[]> bodies = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        byte[] body = new byte[bytes.getInt()];
        bytes.get(body);
        bodies.add(body);
      }
    }
    return bodies.toArray(new byte[0][]);
  }

  static TopicClient.Factory clients() {
    return (settings, purpose) -> new StoredTopic();
  }

  @Override
  public List<TopicQueue> queues() {
    List<TopicQueue> all = new ArrayList<>();
    for (int i = 0; i < queues.length; i++) {
      all.add(new TopicQueue(SETTINGS.topic, "memory", i));
    }
    return all;
  }

  @Override
  public long minOffset(TopicQueue queue) {
    return 0;
  }

  @Override
  public long maxOffset(TopicQueue queue) {
    return queues[queue.id()].length;
  }

  @Override
  public long offsetAt(TopicQueue queue, long timestampMs) {
    return 0;
  }

  @Override
  public OptionalLong committedOffset(TopicQueue queue) {
    return OptionalLong.empty();
  }

  @Override
  public void commit(TopicQueue queue, long offset) {}

  @Override
  public void pull(TopicQueue queue, long offset, BiConsumer<Pulled, Throwable> done) {
    byte[][] bodies = queues[queue.id()];
    int from = (int) offset;
    int to = Math.min(bodies.length, from + SETTINGS.messagesAPull);
    SecondHalf.pull(to - from);
    long[] offsets = new long[to - from];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = from + i;
    }
    done.accept(
        new Pulled(
            Pulled.Status.MESSAGES, to, 0, bodies.length, offsets, first(STORED, offsets.length),
            first(RECORDS, offsets.length), Arrays.copyOfRange(bodies, from, to)),
        null);
  }

  private static long[] first(long[] values, int count) {
    return count == values.length ? values : Arrays.copyOf(values, count);
  }

  private static BodyKind[] first(BodyKind[] kinds, int count) {
    return count == kinds.length ? kinds : Arrays.copyOf(kinds, count);
  }

  @Override
  public void close() {}
}
