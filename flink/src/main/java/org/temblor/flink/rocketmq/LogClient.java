package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.common.message.Message;

/**
 * What a TopicLog asks of the brokers of its topic. Brokers list it among the senders of its group from its start on. An
 * IOException is the world's. One thread.
 */
public interface LogClient extends AutoCloseable {
  /** Makes one; senders of one job have `writer` in common. Sent to where it is used. */
  interface Factory extends Serializable {
    LogClient open(TopicSettings settings, String writer) throws IOException;
  }

  /** Reads what is in the topic. */
  interface Reader extends AutoCloseable {
    /** From `offset` on as many messages as an answer has. */
    PullResult pull(TopicQueue queue, long offset) throws IOException;

    @Override
    void close();
  }

  /** The queues that can be written now. */
  List<TopicQueue> queues() throws IOException;

  /** The offset behind the last message that the broker shows. */
  long end(TopicQueue queue) throws IOException;

  /** The offset of the first message that was stored at this time or later; the end where there is none. */
  long offsetAt(TopicQueue queue, long timestampMs) throws IOException;

  /** Sends messages of one queue, at most once; the offset of the first. */
  long send(TopicQueue queue, List<Message> batch) throws IOException;

  /** Whether a broker of one of these queues lists another sender of this writer. */
  boolean othersLeft(Collection<TopicQueue> queues) throws IOException;

  /** How far the brokers of these queues are with showing what they have stored, by their addresses. */
  Map<String, BrokerProgress> progress(Collection<TopicQueue> queues) throws IOException;

  Reader reader() throws IOException;

  /** Waits, so that tests need not. */
  default void sleep(long ms) throws InterruptedException {
    Thread.sleep(ms);
  }

  @Override
  void close();
}
