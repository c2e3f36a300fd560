package org.temblor.flink.rocketmq;

import org.apache.flink.api.connector.source.SourceEvent;

/** From the enumerator to a reader: all queues have been given to others, so that nobody need wait for it. */
final class NoQueues implements SourceEvent {
  private static final long serialVersionUID = 1;
}
