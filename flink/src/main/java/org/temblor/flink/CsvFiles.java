package org.temblor.flink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.temblor.flink.core.FloatText;

/**
 * Windows as files, DIR/YYYY-MM-DD/HH/WINDOW_START.csv (UTC), with the bytes that the embedded run writes: rows sorted by
 * the bytes of the sensor's id, quoted as RFC 4180 has it. A file is there whole or not at all. One thread at a time.
 */
final class CsvFiles {
  private static final String HEADER =
      "sensor_id,window_start_ts,window_end_ts,avg_amplitude,max_amplitude,min_amplitude,p_phase_count,s_phase_count,"
          + "n_phase_count\n";

  private static final DateTimeFormatter FOLDER =
      DateTimeFormatter.ofPattern("uuuu-MM-dd/HH").withZone(ZoneOffset.UTC);

  private final Path directory;

  CsvFiles(String directory) {
    this.directory = Path.of(directory);
  }

  /** Writes one window, or the same again; `rows` are not empty, and all of it. */
  void write(List<WindowResult> rows) throws IOException {
    long start = rows.get(0).windowStart;
    Path folder = Files.createDirectories(directory.resolve(FOLDER.format(Instant.ofEpochMilli(start))));
    Path temporary = folder.resolve("." + start + ".csv.tmp");
    try (FileChannel file =
        FileChannel.open(
            temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text(rows).getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(temporary, folder.resolve(start + ".csv"), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel names = FileChannel.open(folder)) {
      names.force(true);
    }
  }

  static String text(List<WindowResult> rows) {
    WindowResult[] sorted = rows.toArray(new WindowResult[0]);
    Arrays.sort(
        sorted, Comparator.comparing(row -> row.sensor.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
    StringBuilder text = new StringBuilder(HEADER.length() + 80 * sorted.length).append(HEADER);
    for (WindowResult row : sorted) {
      text.append(field(row.sensor)).append(',').append(row.windowStart).append(',').append(row.windowEnd).append(',');
      text.append(FloatText.of(row.average)).append(',').append(FloatText.of(row.max)).append(',');
      text.append(FloatText.of(row.min)).append(',');
      text.append(row.p).append(',').append(row.s).append(',').append(row.n).append('\n');
    }
    return text.toString();
  }

  private static String field(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
