package temblor.peers;

import com.alibaba.fastjson.JSONObject;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * Sends the records of `--file`, one a message, in their order for each queue: single, `--batch N` at a time, or with
 * bodies compressed (`--compress zlib|lz4|zstd`, of at least `--over` bytes; the client never compresses batches).
 */
final class Send {
  private Send() {}

  static void run(Options options) throws Exception {
    String topic = options.text("topic");
    List<byte[]> records = Records.read(options.text("file"));
    int batch = options.number("batch", 1);
    DefaultMQProducer producer = Clients.producer(options);
    String compress = options.text("compress", "none");
    if (compress.equals("none")) {
      producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
    } else if (batch > 1) {
      throw new Options.Wrong("the Java client does not compress batches: leave out --batch or --compress");
    } else {
      producer.setCompressType(CompressionType.of(compress.toUpperCase()));
      producer.setCompressMsgBodyOverHowmuch(options.number("over", 1));
    }
    producer.start();
    List<MessageQueue> queues = Clients.sorted(producer.fetchPublishMessageQueues(topic));
    List<List<Message>> waiting = new ArrayList<>();
    queues.forEach(queue -> waiting.add(new ArrayList<>()));
    int sent = 0;
    int empty = 0;
    for (byte[] record : records) {
      if (record.length == 0) {
        empty++;  // the client refuses a message without a body
        continue;
      }
      String sensor = Records.sensor(record);
      int queue = Records.queue(sensor, queues.size());
      List<Message> messages = waiting.get(queue);
      messages.add(Records.message(topic, sensor, record));
      if (messages.size() == batch) {
        sent += send(producer, queues.get(queue), messages);
      }
    }
    for (int queue = 0; queue < queues.size(); queue++) {
      sent += send(producer, queues.get(queue), waiting.get(queue));
    }
    producer.shutdown();
    System.out.println(new JSONObject(true).fluentPut("messages", sent).fluentPut("empty", empty));
  }

  private static int send(DefaultMQProducer producer, MessageQueue queue, List<Message> messages) throws Exception {
    if (messages.isEmpty()) {
      return 0;
    }
    SendResult result =
        messages.size() == 1 ? producer.send(messages.get(0), queue) : producer.send(messages, queue);
    if (result.getSendStatus() != SendStatus.SEND_OK) {
      throw new IllegalStateException("the broker answers " + result);
    }
    int sent = messages.size();
    messages.clear();
    return sent;
  }
}
