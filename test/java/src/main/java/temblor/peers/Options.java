package temblor.peers;

import java.util.HashMap;
import java.util.Map;

/** The command line: a command, then `--name value` pairs. */
final class Options {
  static final class Wrong extends RuntimeException {
    Wrong(String message) {
      super(message);
    }
  }

  private final String command;
  private final Map<String, String> values = new HashMap<>();

  Options(String[] arguments) {
    if (arguments.length % 2 == 0) {
      throw new Wrong("write send|read|bench-produce|bench-pull, then pairs of --name value");
    }
    command = arguments[0];
    for (int i = 1; i < arguments.length; i += 2) {
      if (!arguments[i].startsWith("--")) {
        throw new Wrong(arguments[i] + " is no option");
      }
      values.put(arguments[i].substring(2), arguments[i + 1]);
    }
  }

  String command() {
    return command;
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new Wrong("--" + name + " is missing");
    }
    return value;
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  int number(String name, int otherwise) {
    return values.containsKey(name) ? Integer.parseInt(values.get(name)) : otherwise;
  }
}
