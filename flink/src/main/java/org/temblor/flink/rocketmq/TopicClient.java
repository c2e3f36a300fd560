package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/**
 * What the source asks of the brokers of one topic, for one group. Calls may come from any thread and block for some
 * seconds at most, but for `pull`, which never does. An IOException is the world's: worth trying again.
 */
public interface TopicClient extends AutoCloseable {
  /** Makes a client; `purpose` tells it from the others of the job in the broker's lists. */
  interface Factory extends Serializable {
    TopicClient open(TopicSettings settings, String purpose) throws IOException;
  }

  /** The queues that can be read now. A broker that is away may be missing, and then all of a topic may be. */
  List<TopicQueue> queues() throws IOException;

  /** The offset of the first message that is there. */
  long minOffset(TopicQueue queue) throws IOException;

  /** The offset behind the last message. */
  long maxOffset(TopicQueue queue) throws IOException;

  /** The offset of the first message that was stored at this time or later; maxOffset if there is none. */
  long offsetAt(TopicQueue queue, long timestampMs) throws IOException;

  /** Where the group has read to, as the broker has been told. */
  OptionalLong committedOffset(TopicQueue queue) throws IOException;

  /** Tells the broker where the group has read to; returns when it has said that it knows. */
  void commit(TopicQueue queue, long offset) throws IOException;

  /**
   * Asks for the messages from an offset on, and says to `done`, once, what came or why nothing did: from a thread of
   * its own, or at once from this one. Where there is no message yet, the broker is given some seconds to get one.
   */
  void pull(TopicQueue queue, long offset, BiConsumer<Pulled, Throwable> done);

  @Override
  void close();
}
