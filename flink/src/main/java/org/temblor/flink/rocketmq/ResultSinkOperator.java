package org.temblor.flink.rocketmq;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.temblor.flink.WindowResult;
import org.temblor.flink.WindowResultSerializer;
import org.temblor.flink.core.ResultMessage;

/** Results to a topic, under the key `sensor|window_start`, as the embedded run sends them. */
public final class ResultSinkOperator extends TopicSinkOperator<WindowResult, WindowResult> {
  private static final long serialVersionUID = 1;

  /** Not exactlyOnce: they leave when their window closes. `clients` reach the brokers. */
  public ResultSinkOperator(TopicSettings settings, boolean exactlyOnce, LogClient.Factory clients) {
    super(settings, exactlyOnce, clients);
  }

  @Override
  List<WindowResult> keep(List<WindowResult> fresh, long checkpoint) {
    return fresh;
  }

  @Override
  List<KeyedMessage> messages(List<WindowResult> results) {
    List<KeyedMessage> messages = new ArrayList<>(results.size());
    for (WindowResult result : results) {
      byte[] body =
          ResultMessage.of(
              result.sensor, result.windowStart, result.windowEnd, result.average, result.max, result.min, result.p,
              result.s, result.n);
      messages.add(new KeyedMessage(key(result.sensor) + "|" + result.windowStart, result.sensor, "", body));
    }
    return messages;
  }

  @Override
  TypeSerializer<WindowResult> serializer() {
    return new WindowResultSerializer();
  }

  /** As connectors/rocketmq/keyed_message.h writes it: a key holds no space, and no `|` of its own. */
  private static String key(String sensor) {
    StringBuilder key = new StringBuilder(sensor.length());
    for (char c : sensor.toCharArray()) {
      if (c <= ' ' || c == 0x7F || c == '%' || c == '|') {
        key.append(String.format("%%%02X", (int) c));
      } else {
        key.append(c);
      }
    }
    return key.toString();
  }
}
