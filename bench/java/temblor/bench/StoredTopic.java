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
import java.util.stream.LongStream;
import org.temblor.flink.core.BodyKind;
import org.temblor.flink.rocketmq.Pulled;
import org.temblor.flink.rocketmq.TopicClient;
import org.temblor.flink.rocketmq.TopicQueue;
import org.temblor.flink.rocketmq.TopicSettings;

/**
 * A topic in memory, whose brokers answer at once and cost next to nothing: all answers are made before. The files
 * FOLDER/0, FOLDER/1, … that flink_bench has written are its queues, each message an array of its own, as a client of
 * RocketMQ hands them out.
 */
final class StoredTopic implements TopicClient {
  static final TopicSettings SETTINGS = settings();

  /** When the brokers have stored all of them: later than any of their timestamps. */
  private static final long STORED_MS = 4_000_000_000_000L;

  private static final long[] STORED = new long[SETTINGS.messagesAPull];
  private static final BodyKind[] RECORDS = BodyKind.records(SETTINGS.messagesAPull);

  static {
    Arrays.fill(STORED, STORED_MS);
  }

  private static Pulled[][] answers; // of each queue; of this process: Flink makes clients wherever it likes

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
    List<Pulled[]> queues = new ArrayList<>();
    long messages = 0;
    for (Path file = folder.resolve("0"); Files.exists(file); file = folder.resolve("" + queues.size())) {
      byte[][] bodies = bodies(file);
      messages += bodies.length;
      queues.add(answers(bodies));
    }
    answers = queues.toArray(new Pulled[0][]);
    return messages;
  }

  /** What is asked for one after the other. Whole ones share what they have in common: it is live heap. */
  private static Pulled[] answers(byte[][] bodies) {
    Pulled[] answers = new Pulled[(bodies.length + SETTINGS.messagesAPull - 1) / SETTINGS.messagesAPull];
    for (int i = 0; i < answers.length; i++) {
      int from = i * SETTINGS.messagesAPull;
      int to = Math.min(bodies.length, from + SETTINGS.messagesAPull);
      boolean whole = to - from == SETTINGS.messagesAPull;
      answers[i] =
          new Pulled(
              Pulled.Status.MESSAGES, to, 0, bodies.length, LongStream.range(from, to).toArray(),
              whole ? STORED : Arrays.copyOf(STORED, to - from), whole ? RECORDS : Arrays.copyOf(RECORDS, to - from),
              Arrays.copyOfRange(bodies, from, to));
    }
    return answers;
  }

  private static byte[][] bodies(Path file) throws IOException {
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
    for (int i = 0; i < answers.length; i++) {
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
    return answers[queue.id()][0].maxOffset;
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
    if (offset % SETTINGS.messagesAPull != 0) {
      throw new IllegalStateException("nobody begins at " + offset);
    }
    Pulled answer = answers[queue.id()][(int) offset / SETTINGS.messagesAPull];
    SecondHalf.pull(answer.offsets.length);
    done.accept(answer, null);
  }

  @Override
  public void close() {}
}
