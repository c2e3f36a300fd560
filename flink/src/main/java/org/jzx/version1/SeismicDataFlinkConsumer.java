package org.jzx.version1;

import org.temblor.flink.SeismicJob;

/** The name under which the original system's job is submitted: `flink run -c` with it goes on working. */
public final class SeismicDataFlinkConsumer {
  private SeismicDataFlinkConsumer() {}

  public static void main(String[] arguments) throws Exception {
    SeismicJob.run(arguments);
  }
}
