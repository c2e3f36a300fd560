package org.temblor.flink.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.temblor.flink.core.Readings.reading;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NativeCoreTest {
  private static final long NOW = 1_764_460_900_000L;

  @Test
  void whatIsHandedOverArrives() {
    String echo =
        NativeCore.echo(
            Long.MIN_VALUE + 1, -0.1f, true, "bytes".getBytes(StandardCharsets.UTF_8), new long[] {-1, 1L << 40},
            new int[] {Integer.MIN_VALUE, 7, 9}, 2);
    assertEquals("-9223372036854775807 -0.1 true bytes -1 1099511627776 -2147483648 7 ", echo);
  }

  @Test
  void mistakesAndBugsAreExceptions() {
    assertThrows(IllegalStateException.class, NativeCore::fail);
    byte[] none = {};
    assertThrows(
        ArrayIndexOutOfBoundsException.class, () -> NativeCore.echo(0, 0, false, none, new long[0], new int[1], 2));
    assertThrows(
        IllegalStateException.class, () -> NativeCore.echo(0, 0, false, none, new long[0], new int[1], -1));
    RecordBatch closed = new RecordBatch();
    closed.close();
    closed.close();
    assertThrows(IllegalStateException.class, closed::rows);
    assertThrows(IllegalStateException.class, () -> NativeCore.mean(0, 0, new byte[] {1}, 1));
    assertThrows(IllegalStateException.class, () -> NativeCore.mean(0, 0, null, 0));
  }

  @Test
  void floatsAreWrittenAsTheProgramWritesThem() {
    assertEquals("4.2", FloatText.of(4.2f));
    assertEquals("5.0", FloatText.of(5f));
    assertEquals("1e-05", FloatText.of(1e-5f));
  }

  @Test
  void readingsBecomePartials() {
    try (BatchDecoder decoder = new BatchDecoder(-10, 10, 60_000, true, true, true, 7);
        BatchCombiner combiner = new BatchCombiner(1000, 1000, true, true);
        RecordBatch batch = new RecordBatch()) {
      ByteArrayOutputStream pack = new ByteArrayOutputStream();
      for (byte[] each : List.of(reading("S003", NOW + 3000, 1f, "S"), reading("S003", NOW, 9f, "S"))) {
        pack.write(each.length);
        pack.writeBytes(each);
      }
      new Messages()
          .add(5, reading("S001", NOW, 1.5f, "P"), BodyKind.RECORD)
          .add(6, reading("S001", NOW + 999, -2.5f, "N"), BodyKind.RECORD)
          .add(7, new byte[] {1, 2, 3}, BodyKind.RECORD)
          .add(7, reading("S001", NOW, 1.5f, "P"), BodyKind.DAMAGED)
          .add(7, new byte[0], BodyKind.OTHER_COMPRESSION)
          .add(8, reading("S002", NOW + 1000, 11f, "N"), BodyKind.RECORD)
          .add(9, pack.toByteArray(), BodyKind.PACK)
          .setIn(decoder);
      decoder.decode("split", NOW, Long.MAX_VALUE, batch);
      assertEquals(7, decoder.begun());
      assertEquals(4, batch.rows());
      assertEquals(NOW + 3000, batch.highestMs());
      long[] dropped = new long[RecordBatch.REASONS];
      dropped[0] = 1; // parse
      dropped[2] = 1; // damaged
      dropped[3] = 1; // compression
      dropped[6] = 1; // amplitude
      assertArrayEquals(dropped, batch.dropped());
      assertNotNull(batch.deadLetters());
      assertFalse(decoder.more(batch));
      assertTrue(batch.memoryBytes() > 0);

      List<Partial> partials = new ArrayList<>();
      combiner.add(batch, BatchCombiner.NOTHING_YET, 0, partials::add);
      assertEquals(3, combiner.accepted());
      assertEquals(1, combiner.late()); // the last one, after 3 s of the same split
      assertNotNull(combiner.takeLateLetters());
      assertNull(combiner.takeLateLetters());
      assertTrue(partials.isEmpty());
      combiner.drain(partials::add);
      assertEquals(2, partials.size());
      Partial first = partials.get(0);
      assertEquals("S001", first.sensor);
      assertEquals(NOW, first.windowStart);
      assertEquals(-0.5f, first.mean());
      assertEquals(1.5f, first.max);
      assertEquals(-2.5f, first.min);
      assertEquals(List.of(1, 0, 1), List.of(first.p, first.s, first.n));
      combiner.drain(partials::add);
      assertEquals(2, partials.size());
    }
  }

  @Test
  void lettersBecomeMessages() {
    List<String> made = new ArrayList<>();
    try (BatchDecoder decoder = new BatchDecoder(-10, 10, 60_000, true, true, true, 7);
        RecordBatch batch = new RecordBatch();
        LetterMessages messages = new LetterMessages(12)) {
      ByteArrayOutputStream pack = new ByteArrayOutputStream();
      for (byte[] each : List.of(new byte[] {1}, new byte[] {2, 3}, new byte[0])) {
        pack.write(each.length);
        pack.writeBytes(each);
      }
      new Messages().add(9, pack.toByteArray(), BodyKind.PACK).setIn(decoder);
      decoder.decode("rocketmq:t/b/0", NOW, 99, batch);
      assertEquals(1, decoder.begun());
      assertEquals(3, batch.readings());
      LetterMessages.Taker taker =
          (key, queueBy, properties, body) ->
              made.add(key + " " + queueBy + " " + properties.replace('\1', '=').replace('\2', ' ') + body.length);
      messages.make(batch.deadLetters(), taker);
      Partial late = new Partial();
      late.sensor = "S001";
      late.windowStart = NOW;
      late.n = 3;
      messages.make(LetterMessages.ofLate(late), taker);
      assertThrows(IllegalStateException.class, () -> messages.make(new byte[] {5, 1}, taker));
    }
    String of = " rocketmq:t/b/0 split=rocketmq:t/b/0 offset=9 reason=";
    assertEquals(
        List.of(
            "rocketmq:t/b/0|9|parse|12.0" + of + "parse time=0 count=1 1",
            "rocketmq:t/b/0|9|parse|12.1" + of + "parse time=0 count=1 2",
            "rocketmq:t/b/0|9|data_quality|12.0" + of + "data_quality time=0 count=1 0",
            "several|0|late|12.0 several split=several offset=0 reason=late time=" + NOW + " count=3 6"),
        made);
  }

  @Test
  void aLetterThatNoBrokerTakesIsCut() {
    byte[] tooLong = new byte[4 << 20];
    Arrays.fill(tooLong, (byte) -1);
    List<String> made = new ArrayList<>();
    try (BatchDecoder decoder = new BatchDecoder(-10, 10, 60_000, true, true, true, 7);
        RecordBatch batch = new RecordBatch();
        LetterMessages messages = new LetterMessages(12)) {
      new Messages().add(9, tooLong, BodyKind.RECORD).setIn(decoder);
      decoder.decode("rocketmq:t/b/0", NOW, 99, batch);
      messages.make(
          batch.deadLetters(),
          (key, queueBy, properties, body) -> {
            assertTrue(body.length > (4 << 20) - 5000 && body.length < (4 << 20) - 4096, () -> "" + body.length);
            assertArrayEquals(Arrays.copyOf(tooLong, body.length), body);
            made.add(properties.replace('\1', '=').replace('\2', ' '));
          });
    }
    assertEquals(
        List.of("split=rocketmq:t/b/0 offset=9 reason=parse time=0 count=1 payload_bytes=4194304 "), made);
  }

  @Test
  void whatDoesNotFitIntoOneBatchComesInMore() {
    try (BatchDecoder decoder = new BatchDecoder(-10, 10, 60_000, true, true, true, 7);
        BatchCombiner combiner = new BatchCombiner(1000, 1000, true, true);
        RecordBatch batch = new RecordBatch()) {
      byte[] nothing = new byte[1 << 20]; // a million empty records, and a letter for each
      int empty = 3 << 20;
      long dropped = 0;
      int batches = 0;
      int begun = 0;
      List<Partial> partials = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Messages messages = new Messages();
        if (i < 3) {
          messages.add(i, nothing, BodyKind.PACK);
        } else {
          messages.add(i, reading("S001", NOW, 1.5f, "P"), BodyKind.RECORD);
        }
        messages.setIn(decoder);
        decoder.decode("split", NOW, Long.MAX_VALUE, batch);
        do {
          batches++;
          dropped += batch.dropped()[5]; // data_quality
          combiner.add(batch, BatchCombiner.NOTHING_YET, 0, partials::add);
          assertTrue(batch.memoryBytes() + combiner.memoryBytes() < BatchCombiner.memoryLimit());
        } while (decoder.more(batch));
        begun += decoder.begun();
      }
      assertTrue(batches > 10, "it came at once");
      assertEquals(empty, dropped);
      assertEquals(4, begun);
      combiner.drain(partials::add);
      assertEquals(1, partials.size());
    }
  }

  @Test
  void aMegabyteIsDecodedTogetherOrOneMessage() {
    try (BatchDecoder decoder = new BatchDecoder(-10, 10, 60_000, true, false, false, 7);
        RecordBatch batch = new RecordBatch()) {
      int[] sizes = {500_000, 548_576, 1, 2_000_000, 5};
      byte[][] bodies = Arrays.stream(sizes).mapToObj(byte[]::new).toArray(byte[][]::new);
      List<Integer> together = new ArrayList<>();
      for (int from = 0; from < sizes.length; from += decoder.begun()) {
        together.add(
            decoder.set(new long[sizes.length], BodyKind.records(sizes.length), bodies, from, sizes.length));
        decoder.decode("split", 0, Long.MAX_VALUE, batch);
        assertEquals(together.get(together.size() - 1), decoder.begun());
      }
      assertEquals(List.of(2, 1, 1, 1), together);
    }
  }

  @Test
  void lateLettersNeedTheOriginsOfTheRows() {
    try (BatchDecoder decoder = new BatchDecoder(-10, 10, 60_000, true, false, false, 7);
        BatchCombiner combiner = new BatchCombiner(1000, 1000, true, true);
        RecordBatch batch = new RecordBatch()) {
      new Messages().add(0, Readings.reading("S001", 1_000, 1, "P"), BodyKind.RECORD).setIn(decoder);
      decoder.decode("split", 1_000, Long.MAX_VALUE, batch);
      assertThrows(
          IllegalStateException.class,
          () -> combiner.add(batch, BatchCombiner.NOTHING_YET, 0, partial -> {}));
    }
  }

  @Test
  void partialsMergeWithoutRounding() {
    Random random = new Random(3);
    try (BatchDecoder decoder = new BatchDecoder(-Float.MAX_VALUE, Float.MAX_VALUE, 0, false, false, false, 1);
        RecordBatch batch = new RecordBatch()) {
      Map<String, Partial> merged = new HashMap<>();
      Map<String, BigInteger> exact = new HashMap<>();
      for (int round = 0; round < 200; round++) {
        try (BatchCombiner combiner = new BatchCombiner(1000, 0, false, false)) {
          Messages messages = new Messages();
          for (int i = 0; i < 50; i++) {
            String sensor = "S00" + random.nextInt(3);
            // Two sensors within the narrow sum, one far beyond it on both sides.
            float value =
                sensor.equals("S002")
                    ? Float.intBitsToFloat((1 + random.nextInt(254)) << 23 | random.nextInt(1 << 23)) * (random.nextBoolean() ? 1 : -1)
                    : (random.nextInt(20_001) - 10_000) / 1000f;
            exact.merge(sensor, inUnits(value), BigInteger::add);
            messages.add(i, reading(sensor, NOW, value, "N"), BodyKind.RECORD);
          }
          messages.setIn(decoder);
          decoder.decode("split", NOW, Long.MAX_VALUE, batch);
          combiner.add(batch, BatchCombiner.NOTHING_YET, NOW, each -> {});
          combiner.drain(each -> merged.merge(each.sensor, each, (a, b) -> {
            a.merge(b);
            return a;
          }));
        }
      }
      for (Map.Entry<String, Partial> each : merged.entrySet()) {
        Partial partial = each.getValue();
        assertEquals(nearestMean(exact.get(each.getKey()), partial.count()), partial.mean(), each.getKey());
      }
      assertNotNull(merged.get("S002").wide);
    }
  }

  /** In units of the last bit of the smallest float, which every float is a whole number of. */
  private static BigInteger inUnits(float value) {
    return new java.math.BigDecimal(value).multiply(java.math.BigDecimal.valueOf(2).pow(149)).toBigIntegerExact();
  }

  private static float nearestMean(BigInteger sum, int count) {
    // Far more digits than decide which float is nearest.
    return new java.math.BigDecimal(sum)
        .divide(java.math.BigDecimal.valueOf(2).pow(149), new java.math.MathContext(400))
        .divide(java.math.BigDecimal.valueOf(count), new java.math.MathContext(400))
        .floatValue();
  }
}
