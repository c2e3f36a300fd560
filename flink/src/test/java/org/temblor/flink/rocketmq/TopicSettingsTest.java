package org.temblor.flink.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicSettingsTest {
  @Test
  void takesWhatTheEmbeddedRunTakes() {
    TopicSettings plain = TopicSettings.parse("rocketmq://a:9876");
    assertEquals("a:9876", plain.nameServers);
    assertEquals("seismic-data-topic", plain.topic);
    assertEquals("temblor", plain.group);
    assertEquals(TopicSettings.Start.EARLIEST, plain.start);
    assertFalse(plain.bounded);

    TopicSettings full =
        TopicSettings.parse("rocketmq://a:1,b:2/t%25x?start=2010-05-27T16:24:00Z&group=g&bounded&pull=7&loss=stop");
    assertEquals("a:1,b:2", full.nameServers);
    assertEquals("t%x", full.topic);
    assertEquals("g", full.group);
    assertEquals(TopicSettings.Start.TIME, full.start);
    assertEquals(1274977440000L, full.startTimeMs);
    assertEquals(7, full.messagesAPull);
    assertTrue(full.bounded);
    assertTrue(full.stopAtLoss);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:x",
        "rocketmq://a/t",
        "rocketmq://a:1,/t",
        "rocketmq://a:1/t t",
        "rocketmq://a:1/t?start=soon",
        "rocketmq://a:1/t?bounded=1",
        "rocketmq://a:1/t?pull=0",
        "rocketmq://a:1/t?pull=99999",
        "rocketmq://a:1/t?loss=maybe",
        "rocketmq://a:1/t?group=",
        "rocketmq://a:1/t?colour=red",
      })
  void refusesTheRest(String uri) {
    String message = assertThrows(IllegalArgumentException.class, () -> TopicSettings.parse(uri)).getMessage();
    assertTrue(message.startsWith(uri), message);
    assertFalse(message.contains("\n"));
  }
}
