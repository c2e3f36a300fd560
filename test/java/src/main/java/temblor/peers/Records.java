package temblor.peers;

import com.example.seismic.SeismicDataProto.SeismicRecord;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.common.message.Message;

/** Length-delimited records of a file, and the message that each becomes. */
final class Records {
  private Records() {}

  /** The bytes of each record as they stand there, whether they parse or not. */
  static List<byte[]> read(String path) throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(Files.readAllBytes(Path.of(path)));
    List<byte[]> records = new ArrayList<>();
    while (!input.isAtEnd()) {
      records.add(input.readRawBytes(input.readRawVarint32()));
    }
    return records;
  }

  /** The sensor of a record; empty if it has none or does not parse. */
  static String sensor(byte[] record) {
    try {
      return SeismicRecord.parseFrom(record).getSensorId();
    } catch (InvalidProtocolBufferException unreadable) {
      return "";
    }
  }

  static Message message(String topic, String sensor, byte[] record) {
    Message message = new Message(topic, record);
    if (!sensor.isEmpty()) {
      message.setKeys(sensor);
    }
    return message;
  }

  /** Records of one sensor go to one queue. */
  static int queue(String sensor, int queues) {
    return Math.floorMod(sensor.hashCode(), queues);
  }
}
