package org.temblor.flink;

import java.io.IOException;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.temblor.flink.core.CommandLine;

/** What a command line comes to, read by the C++ code just as `temblor process` reads its own. */
public final class JobRequest {
  /** Help or the settings in force: to be shown, and nothing is to be run; else null. */
  public String answer;

  /** What is wrong, in one line; else null. */
  public String error;

  /** What is to be run; null where there is an answer. */
  public JobSettings settings;

  /** Throws what Flink shows its user as one line, without a stack trace. */
  public static JobRequest read(String... arguments) throws ProgramParametrizationException {
    JobRequest request;
    try {
      request = new ObjectMapper().readValue(CommandLine.read(arguments), JobRequest.class);
    } catch (IOException bug) {
      throw new IllegalStateException("the native core and the jar are of different versions", bug);
    }
    if (request.error != null) {
      throw new ProgramParametrizationException("temblor: " + request.error);
    }
    return request;
  }
}
