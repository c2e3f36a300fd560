package org.temblor.flink.rocketmq;

import java.io.IOException;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * What a checkpoint keeps of a TopicLog: the name of the job's senders, the first commit that can have arrived in part,
 * when it was, and for each queue where what a successor must look through begins. The queues are those of the job's first
 * start, so that a key never changes its queue.
 */
final class LogPosition {
  static final long NO_TIME = Long.MIN_VALUE;

  /** Version 1 had neither floor nor time. */
  private static final int VERSION = 2;

  final String writer;
  final long floor;
  final long timeMs; // or NO_TIME
  final TreeMap<TopicQueue, Long> offsets;

  LogPosition(String writer, long floor, long timeMs, TreeMap<TopicQueue, Long> offsets) {
    this.writer = writer;
    this.floor = floor;
    this.timeMs = timeMs;
    this.offsets = offsets;
  }

  byte[] toBytes() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    out.writeInt(VERSION);
    out.writeUTF(writer);
    out.writeLong(floor);
    out.writeLong(timeMs);
    out.writeInt(offsets.size());
    for (var each : offsets.entrySet()) {
      each.getKey().write(out);
      out.writeLong(each.getValue());
    }
    return out.getCopyOfBuffer();
  }

  static LogPosition from(byte[] bytes) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    int version = in.readInt();
    if (version < 1 || version > VERSION) {
      throw new IOException("the checkpoint's position in the output is of version " + version + ": a later job wrote it");
    }
    String writer = in.readUTF();
    long floor = version == 1 ? 0 : in.readLong();
    long timeMs = version == 1 ? NO_TIME : in.readLong();
    TreeMap<TopicQueue, Long> offsets = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      offsets.put(TopicQueue.read(in), in.readLong());
    }
    return new LogPosition(writer, floor, timeMs, offsets);
  }
}
