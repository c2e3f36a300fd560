package org.jzx;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines that a server sends to whoever connects, as {@code nc -lk} does; connects again when it goes away. Flink's own
 * source of this kind fails its job where it is stopped with a savepoint, because the closed socket is an error to it.
 */
final class SocketLines implements SourceFunction<String> {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(SocketLines.class);
  private static final int CONNECT_LIMIT_MS = 5000;
  private static final long PAUSE_MS = 500;

  private final String host;
  private final int port;
  private volatile boolean running = true;
  private transient volatile Socket open;

  SocketLines(String host, int port) {
    this.host = host;
    this.port = port;
  }

  @Override
  public void run(SourceContext<String> context) throws InterruptedException {
    while (running) {
      try (Socket socket = new Socket()) {
        open = socket;
        socket.connect(new InetSocketAddress(host, port), CONNECT_LIMIT_MS);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null && running; line = lines.readLine()) {
          synchronized (context.getCheckpointLock()) {
            context.collect(line);
          }
        }
      } catch (IOException failure) {
        if (running) LOG.warn("{}:{} is not there, trying again: {}", host, port, failure.getMessage());
      }
      if (running) Thread.sleep(PAUSE_MS);
    }
  }

  @Override
  public void cancel() {
    running = false;
    Socket socket = open;
    if (socket == null) return;
    try {
      socket.close();  // ends the waiting for a line
    } catch (IOException ignored) {
      LOG.debug("closing the socket of {}:{}", host, port, ignored);
    }
  }
}
