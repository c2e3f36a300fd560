package temblor.peers;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import com.alibaba.fastjson.serializer.SerializerFeature;
import com.example.seismic.SeismicDataProto.SeismicAggRecord;
import com.example.seismic.SeismicDataProto.SeismicRecord;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * Writes every message of a topic, a JSON line each: queue by queue, from the smallest offset to an end that has stood
 * still for `--still` ms. With `--as record` or `agg` the fields of the body too, null where it does not parse.
 */
final class Read {
  private static final int MESSAGES_A_PULL = 1024;

  private Read() {}

  static void run(Options options) throws Exception {
    String topic = options.text("topic");
    Parser<? extends Message> parser =
        switch (options.text("as", "bytes")) {
          case "bytes" -> null;
          case "record" -> SeismicRecord.parser();
          case "agg" -> SeismicAggRecord.parser();
          default -> throw new Options.Wrong("--as wants bytes, record or agg");
        };
    int stillMs = options.number("still", 500);
    DefaultMQPullConsumer consumer = Clients.consumer(options);
    PrintStream out =
        new PrintStream(new BufferedOutputStream(System.out, 1 << 20), false, StandardCharsets.UTF_8);
    Map<MessageQueue, Long> next = new HashMap<>();
    long lastMoved = System.nanoTime();
    while (System.nanoTime() - lastMoved < stillMs * 1_000_000L) {
      for (MessageQueue queue : Clients.sorted(consumer.fetchSubscribeMessageQueues(topic))) {
        if (!next.containsKey(queue)) {
          next.put(queue, consumer.minOffset(queue));
        }
        while (next.get(queue) < consumer.maxOffset(queue)) {
          PullResult pulled =
              consumer.pull(queue, "*", next.get(queue), MESSAGES_A_PULL, Clients.TIMEOUT_MS);
          if (pulled.getMsgFoundList() != null) {
            pulled.getMsgFoundList().forEach(message -> out.println(line(queue, message, parser)));
          }
          next.put(queue, pulled.getNextBeginOffset());
          lastMoved = System.nanoTime();
        }
        if (dispatchBehindBytes(consumer, queue) > 0) {
          lastMoved = System.nanoTime();  // acknowledged messages that no offset shows yet
        }
      }
      Thread.sleep(Math.min(stillMs, 50));
    }
    out.flush();
    consumer.shutdown();
  }

  private static long dispatchBehindBytes(DefaultMQPullConsumer consumer, MessageQueue queue) throws Exception {
    MQClientInstance client = consumer.getDefaultMQPullConsumerImpl().getRebalanceImpl().getmQClientFactory();
    String address = client.findBrokerAddressInPublish(queue.getBrokerName());
    return Long.parseLong(
        client
            .getMQClientAPIImpl()
            .getBrokerRuntimeInfo(address, Clients.TIMEOUT_MS)
            .getTable()
            .get("dispatchBehindBytes"));
  }

  private static String line(MessageQueue queue, MessageExt message, Parser<? extends Message> parser) {
    byte[] body = message.getBody() == null ? new byte[0] : message.getBody(); // none for an empty one
    JSONObject line =
        new JSONObject(true)
            .fluentPut("broker", queue.getBrokerName())
            .fluentPut("queue", queue.getQueueId())
            .fluentPut("offset", message.getQueueOffset())
            .fluentPut("stored_ms", message.getStoreTimestamp())
            .fluentPut("sys_flag", message.getSysFlag())
            .fluentPut("keys", keys(message))
            .fluentPut("properties", message.getProperties())
            .fluentPut("body", Base64.getEncoder().encodeToString(body));
    if (parser != null) {
      try {
        line.put("fields", fields(parser.parseFrom(body)));
      } catch (InvalidProtocolBufferException unreadable) {
        line.put("fields", null);
      }
    }
    return JSON.toJSONString(line, SerializerFeature.WriteMapNullValue);
  }

  private static List<String> keys(MessageExt message) {
    return message.getKeys() == null ? List.of() : List.of(message.getKeys().split(" "));
  }

  /** All fields, those at their default too; a number that JSON does not have is a string. */
  private static JSONObject fields(Message message) {
    JSONObject json = new JSONObject(true);
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      Object value = message.getField(field);
      boolean finite = !(value instanceof Number number) || Double.isFinite(number.doubleValue());
      json.put(field.getName(), finite ? value : value.toString());
    }
    return json;
  }
}
