package org.temblor.flink;

import java.io.Serializable;
import org.temblor.flink.rocketmq.TopicSettings;

/** Where results go. Filled before the job is built, and not changed then; see JobSettings. */
public final class SinkSettings implements Serializable {
  /** What stands there. */
  public enum Kind {
    CONSOLE,
    CSV,
    TOPIC,
    NOTHING
  }

  private static final long serialVersionUID = 1;

  /** As it was written: the name of the operator. */
  public String uri;

  public Kind kind;

  /** Of CSV. */
  public String directory;

  /** Of TOPIC. */
  public TopicSettings topic;
}
