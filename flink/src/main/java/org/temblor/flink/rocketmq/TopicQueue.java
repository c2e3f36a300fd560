package org.temblor.flink.rocketmq;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.Comparator;
import java.util.Objects;

/** One queue of a topic on one broker. A value, for any thread; sorted by broker and number. */
public final class TopicQueue implements Serializable, Comparable<TopicQueue> {
  private static final Comparator<TopicQueue> ORDER =
      Comparator.comparing(TopicQueue::topic).thenComparing(TopicQueue::broker).thenComparingInt(TopicQueue::id);

  private static final long serialVersionUID = 1;

  private final String topic;
  private final String broker;
  private final int id;

  public TopicQueue(String topic, String broker, int id) {
    this.topic = Objects.requireNonNull(topic);
    this.broker = Objects.requireNonNull(broker);
    this.id = id;
  }

  public String topic() {
    return topic;
  }

  public String broker() {
    return broker;
  }

  public int id() {
    return id;
  }

  /** The name of its split, the same as in letters and checkpoints of the embedded run. */
  public String splitId() {
    return "rocketmq:" + topic + "/" + broker + "/" + id;
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(topic);
    out.writeUTF(broker);
    out.writeInt(id);
  }

  static TopicQueue read(DataInput in) throws IOException {
    return new TopicQueue(in.readUTF(), in.readUTF(), in.readInt());
  }

  @Override
  public int compareTo(TopicQueue other) {
    return ORDER.compare(this, other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TopicQueue
        && ((TopicQueue) other).id == id
        && ((TopicQueue) other).broker.equals(broker)
        && ((TopicQueue) other).topic.equals(topic);
  }

  @Override
  public int hashCode() {
    return Objects.hash(topic, broker, id);
  }

  @Override
  public String toString() {
    return splitId();
  }
}
