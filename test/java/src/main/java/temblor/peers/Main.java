package temblor.peers;

/** `java -jar temblor-peers.jar send|read|bench-produce|bench-pull --name-server A --topic T …`, one JSON line a result. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // The client's log is of no use here, and goes to the user's home otherwise.
    System.setProperty("rocketmq.log.root", System.getProperty("java.io.tmpdir"));
    System.setProperty("rocketmq.log.level", "OFF");
    try {
      Options options = new Options(arguments);
      switch (options.command()) {
        case "send" -> Send.run(options);
        case "read" -> Read.run(options);
        case "bench-produce" -> BenchProduce.run(options);
        case "bench-pull" -> BenchPull.run(options);
        default -> throw new Options.Wrong("no command " + options.command());
      }
      System.exit(0);
    } catch (Options.Wrong wrong) {
      System.err.println("temblor-peers: " + wrong.getMessage());
      System.exit(2);
    } catch (Throwable failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }
}
