package org.temblor.flink.rocketmq;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.temblor.flink.core.LetterMessages;

/** Delimited letters to a topic, a message each, as the embedded run sends them. */
public final class LetterSinkOperator extends TopicSinkOperator<byte[], KeyedMessage> {
  private static final long serialVersionUID = 1;

  /** Not exactlyOnce: they leave at once. `clients` reach the brokers. */
  public LetterSinkOperator(TopicSettings settings, boolean exactlyOnce, LogClient.Factory clients) {
    super(settings, exactlyOnce, clients);
  }

  @Override
  public void processElement(StreamRecord<byte[]> record) throws Exception {
    super.processElement(record);
    sendUnlessHolding(); // where all is dropped, no watermark comes by
  }

  /** Their keys hold the number of their checkpoint, so they are made when it is known, and kept as they are. */
  @Override
  List<KeyedMessage> keep(List<byte[]> fresh, long checkpoint) {
    List<KeyedMessage> messages = new ArrayList<>();
    try (LetterMessages ofCommit = new LetterMessages(checkpoint)) {
      for (byte[] letters : fresh) {
        ofCommit.make(
            letters,
            (key, queueBy, properties, body) -> messages.add(new KeyedMessage(key, queueBy, properties, body)));
      }
    }
    return messages;
  }

  @Override
  List<KeyedMessage> messages(List<KeyedMessage> kept) {
    return kept;
  }

  @Override
  TypeSerializer<KeyedMessage> serializer() {
    return new KeyedMessageSerializer();
  }
}
