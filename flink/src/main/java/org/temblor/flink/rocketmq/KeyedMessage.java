package org.temblor.flink.rocketmq;

/** A message that is there once for its key, in the queue that `queueBy` stands for. Immutable. */
public final class KeyedMessage {
  public final String key;
  public final String queueBy;
  public final byte[] body;

  public KeyedMessage(String key, String queueBy, byte[] body) {
    this.key = key;
    this.queueBy = queueBy;
    this.body = body;
  }
}
