package org.temblor.flink.rocketmq;

/** A message that is there once for its key, in the queue that `queueBy` stands for. Immutable. */
public final class KeyedMessage {
  public final String key;
  public final String queueBy;
  public final String properties; // without the key, in RocketMQ's own form: name, 0x01, value, 0x02
  public final byte[] body;

  public KeyedMessage(String key, String queueBy, String properties, byte[] body) {
    this.key = key;
    this.queueBy = queueBy;
    this.properties = properties;
    this.body = body;
  }
}
