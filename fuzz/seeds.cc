// What the fuzz targets start from: `fuzz_seeds FOLDER` makes a folder of small inputs for each codec, each with one
// thing to find in it, so that fuzzing begins where chance would take hours to come. What libprotobuf knows is written
// by it; what must be whole is read back before it is kept.
#include <fmt/format.h>

#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/file_system.h"
#include "checkpoint/checkpoint_format.h"
#include "checkpoint/frame.h"
#include "connectors/miniseed/test_records.h"
#include "connectors/rocketmq/big_endian.h"
#include "connectors/rocketmq/frame.h"
#include "connectors/rocketmq/message.h"
#include "connectors/rocketmq/message_decoder.h"
#include "connectors/rocketmq/pack_property.h"
#include "connectors/rocketmq/protocol.h"
#include "connectors/rocketmq/topic_route.h"
#include "elastic/conf.h"
#include "elastic/decision_log.h"
#include "elastic/detail_json.h"
#include "elastic/history.h"
#include "proto/seismic_data.pb.h"
#include "schema/deserializer.h"
#include "schema/letter_reader.h"
#include "schema/serializer.h"
#include "testing/sample_checkpoint.h"
#include "testing/stored_message.h"

namespace temblor {
namespace {

using Seeds = std::map<std::string, std::string>;  // by name

com::example::seismic::SeismicRecord reading() {
  com::example::seismic::SeismicRecord record;
  record.set_sensor_id("BW.UH1..SHZ");
  record.set_collect_timestamp(1'274'977'473'210);
  record.set_longitude(11.5);
  record.set_latitude(48.1);
  record.set_depth(-10);
  record.set_seismic_amplitude(-1.25F);
  record.set_frequency(100);
  record.set_phase_type("P");
  record.set_data_quality(1);
  record.set_network_status(1);
  return record;
}

Seeds decoder_seeds() {
  const std::string whole = reading().SerializeAsString();
  Record ours;
  TEMBLOR_ASSERT(deserialize(whole, ours));
  std::string again;
  serialize(ours, again);
  TEMBLOR_ASSERT(again == whole);

  Seeds seeds = {{"reading", whole}};
  auto extreme = reading();
  extreme.set_sensor_id("caf\xC3\xA9 \xF0\x9F\x8C\x8D");
  extreme.set_collect_timestamp(std::numeric_limits<std::int64_t>::min());
  extreme.set_seismic_amplitude(std::numeric_limits<float>::quiet_NaN());
  extreme.set_longitude(std::numeric_limits<double>::infinity());
  extreme.set_depth(std::numeric_limits<std::int32_t>::min());
  seeds["ends_of_the_types"] = extreme.SerializeAsString();
  com::example::seismic::SeismicRecord last;
  last.set_phase_type("S");
  last.set_data_quality(0);
  seeds["last_one_wins"] = whole + last.SerializeAsString();
  seeds["other_order"] = last.SerializeAsString() + whole;
  seeds["unknown_fields"] = whole + std::string("\x58\x07\x62\x03\x61\x62\x63\x6D\x01\x02\x03\x04\x6B\x08\x01\x6C", 16);
  seeds["other_wire_types"] = whole + std::string("\x08\x05\x12\x01\x61", 5);
  seeds["long_varint"] = whole + "\x48\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01";
  seeds["too_long_varint"] = whole + "\x48" + std::string(10, '\xFF') + "\x01";
  seeds["no_utf8"] = whole + std::string("\x0A\x03\xED\xA0\x80", 5);
  seeds["cut_off"] = whole.substr(0, whole.size() / 2);
  com::example::seismic::SeismicAggRecord result;
  result.set_sensor_id("S001");
  result.set_window_start_ts(1'274'977'473'000);
  result.set_window_end_ts(1'274'977'474'000);
  result.set_avg_amplitude(0.5F);
  result.set_p_phase_count(3);
  seeds["result"] = result.SerializeAsString();
  TEMBLOR_ASSERT(deserialize_result(seeds["result"]));
  return seeds;
}

/// The first three bytes set the sizes of reads and batches, and where the reader is started again.
Seeds delimited_seeds() {
  std::string stream;
  for (const char* sensor : {"S001", "S002", "S003"}) {
    auto record = reading();
    record.set_sensor_id(sensor);
    append_delimited(record.SerializeAsString(), stream);
  }
  std::string other;
  append_delimited(std::string(200, 'x'), other);  // a length of two bytes
  append_delimited("", other);
  Seeds seeds = {{"messages", stream},
                 {"torn_tail", stream.substr(0, stream.size() - 5)},
                 {"lost_between", stream + std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") + stream},
                 {"too_long", std::string("\x80\x80\x80\x20", 4) + stream},
                 {"no_readings", other + stream}};
  for (auto& [name, bytes] : seeds) bytes.insert(0, std::string("\x1F\x01\x02", 3));
  return seeds;
}

/// An even first byte: a file. An odd one: frames, a length of two bytes before each, to be put into a file.
Seeds checkpoint_seeds() {
  Seeds seeds;
  for (const int sensors : {0, 3}) {
    BytesOutput file;
    TEMBLOR_ASSERT(write_checkpoint(sample_checkpoint(7, sensors), file));
    TEMBLOR_ASSERT(read_as_text(file.bytes));
    seeds[fmt::format("file_of_{}_sensors", sensors)] = std::string(1, '\0') + file.bytes;

    std::string frames = "\x01";
    std::string_view rest = std::string_view(file.bytes).substr(kCheckpointMagic.size());
    for (bool first = true; !rest.empty(); first = false) {
      const std::size_t length = get_frame_head(rest.data()).length;
      const std::string_view frame = rest.substr(kFrameHeadBytes, length);
      rest.remove_prefix(kFrameHeadBytes + length);
      if (first || rest.empty()) continue;  // header and footer are the target's own
      TEMBLOR_ASSERT(length < 65536);
      frames.push_back(static_cast<char>(length % 256));
      frames.push_back(static_cast<char>(length / 256));
      frames += frame;
    }
    seeds[fmt::format("frames_of_{}_sensors", sensors)] = frames;
  }
  seeds["cut_off"] = seeds["file_of_3_sensors"].substr(0, 200);
  return seeds;
}

/// Four bytes set how the rest is read; where the first is odd the rest are changes to well-formed records.
Seeds miniseed_seeds() {
  const std::string even("\x00\x00\x07\x01", 4);
  const std::string odd("\x01\x80\x07\x01", 4);
  Seeds seeds;
  const auto packed = [](const char* channel, int encoding, int order, std::int64_t start_us) {
    miniseed::TestTrace trace;
    trace.channel = channel;
    trace.encoding = encoding;
    trace.byte_order = order;
    trace.record_bytes = 256;
    trace.start_us = start_us;
    trace.exact_rate = encoding == DE_INT32;
    trace.values = miniseed::ramp(20);
    return miniseed::pack(trace);
  };
  const auto second = [](int at) { return miniseed::kTestStart + std::int64_t{1'000'000} * at; };
  for (const auto& [name, encoding] :
       {std::pair("int16", DE_INT16), std::pair("int32", DE_INT32), std::pair("float32", DE_FLOAT32),
        std::pair("float64", DE_FLOAT64), std::pair("steim1", DE_STEIM1), std::pair("steim2", DE_STEIM2)}) {
    for (const int order : {0, 1}) {
      seeds[fmt::format("{}_{}_endian", name, order == 0 ? "little" : "big")] =
          even + packed("SHZ", encoding, order, second(0));
    }
  }
  const std::string one = packed("SHZ", DE_STEIM2, 1, second(0));
  seeds["gap_and_overlap"] = even + one + packed("SHZ", DE_STEIM2, 1, second(5)) + one;
  seeds["two_channels"] = even + one + packed("SHN", DE_STEIM2, 1, second(0));
  seeds["lost_between"] = even + one + std::string(100, 'D') + one;
  seeds["cut_off"] = even + one.substr(0, one.size() / 2);
  seeds["well_formed"] = odd;
  seeds["changed_header"] = odd + std::string("\x00\x14\xFF", 3) + std::string("\x00\x1F\x00", 3);
  return seeds;
}

/// Messages as a broker stores them, a kind each; all of them are whole.
Seeds stored_seeds() {
  const std::string record = reading().SerializeAsString();
  const std::string zipped = rocketmq::deflated(record);
  std::string packed;
  append_delimited(record, packed);
  append_delimited(record, packed);
  std::string keys;
  rocketmq::append_property(keys, rocketmq::kKeysProperty, "BW.UH1..SHZ|1274977473000");
  std::string pack = keys;
  rocketmq::append_property(pack, rocketmq::kPackProperty, "2");
  const std::int32_t zlib = rocketmq::kMessageCompressed | rocketmq::kMessageCompressionZlib;
  const std::int32_t lz4 = rocketmq::kMessageCompressed | 1 << 8;

  std::map<std::string, rocketmq::StoredMessage> messages = {
      {"plain", {.body = record, .properties = keys}},
      {"packed", {.body = packed, .properties = pack}},
      {"zlib", {.system_flags = zlib, .body = zipped}},
      {"lz4", {.system_flags = lz4, .body = zipped}},
      {"inner_batch", {.system_flags = rocketmq::kMessageInnerBatch, .body = packed}},
      {"long_hosts", {.system_flags = rocketmq::kMessageBornHostV6 | rocketmq::kMessageStoreHostV6, .body = record}},
      {"long_topic", {.body = record, .long_topic = true}},
      {"wrong_checksum", {.body = record, .wrong_checksum = true}},
      {"empty", {}}};
  Seeds seeds;
  for (auto& [name, message] : messages) {
    message.offset = 7;
    message.born_ms = 1'274'977'473'210;
    message.stored_ms = 1'274'977'473'215;
    message.topic = "seismic-data-topic";
    rocketmq::append_stored(message, seeds[name]);
  }
  return seeds;
}

/// A frame with any header, which is JSON where `kind` is 0.
std::string frame_of(std::string_view header, std::string_view body, std::uint32_t kind = 0) {
  std::string bytes;
  rocketmq::append_big_endian(static_cast<std::uint32_t>(4 + header.size() + body.size()), bytes);
  rocketmq::append_big_endian(kind << 24U | static_cast<std::uint32_t>(header.size()), bytes);
  return bytes.append(header).append(body);
}

/// What servers send: frames, the messages in them, and, without a frame, what a name server's answers hold.
Seeds rocketmq_seeds() {
  Seeds seeds = stored_seeds();
  std::string all;
  for (const auto& [name, bytes] : seeds) {
    rocketmq::MessageDecoder decoder;
    rocketmq::MessageView message;
    decoder.begin(bytes);
    TEMBLOR_ASSERT(decoder.next(message) == rocketmq::MessageDecoder::Next::kMessage && decoder.rest().empty());
    TEMBLOR_ASSERT(message.offset == 7 && message.topic == "seismic-data-topic");
    all += bytes;
  }

  // As a broker 5.3.3 answers a pull, a send, and a question that it refuses.
  const std::string pulled =
      R"({"code":0,"extFields":{"suggestWhichBrokerId":"0","maxOffset":"16","nextBeginOffset":"16","minOffset":"0"},)"
      R"("flag":1,"language":"JAVA","opaque":3,"serializeTypeCurrentRPC":"JSON","version":481})";
  const std::string sent =
      R"({"code":0,"extFields":{"queueId":"2","msgId":"7F00000100002A9F0000000000000000","queueOffset":"15"},)"
      R"("flag":1,"language":"JAVA","opaque":4,"serializeTypeCurrentRPC":"JSON","version":481})";
  const std::string refused =
      R"({"code":17,"flag":1,"language":"JAVA","opaque":5,"remark":"No topic route info in name server for the topic: )"
      R"(\"t\"\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ","serializeTypeCurrentRPC":"JSON","version":481})";
  std::string binary;
  rocketmq::append_answer(0, 6, "", {{"nextBeginOffset", "16"}, {"minOffset", "0"}, {"maxOffset", "16"}}, all, binary);
  std::string request;
  rocketmq::append_frame({.code = rocketmq::RequestCode::kHeartBeat, .body = R"({"clientID":"temblor"})"}, 1, nullptr,
                         request);
  seeds["pull_json"] = frame_of(pulled, all);
  seeds["pull_binary"] = binary;
  seeds["several_frames"] = frame_of(sent, "") + binary + request + frame_of(refused, "");
  rocketmq::FrameReader reader("seeds");
  const std::string& stream = seeds["several_frames"];
  stream.copy(reader.space().data(), stream.size());
  reader.filled(stream.size());
  for (const std::int32_t opaque : {4, 6, 1, 5}) {
    const auto frame = reader.next();
    TEMBLOR_ASSERT(frame && *frame && (*frame)->opaque == opaque);
  }

  seeds["frame_cut_off"] = seeds["pull_json"].substr(0, 300);
  seeds["frame_too_long"] = std::string("\x7F\xFF\xFF\xFF", 4) + seeds["pull_json"];
  seeds["header_too_long"] = std::string("\x00\x00\x00\x08\x00\xFF\xFF\xFF\x7B\x7D\x7B\x7D", 12);
  seeds["header_of_other_kind"] = frame_of("{}", "", 2);
  seeds["header_without_quotes"] = frame_of("{code:0,opaque:3}", "");
  seeds["http"] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html></html>";

  seeds["route"] =
      R"({"brokerDatas":[{"brokerAddrs":{0:"127.0.0.1:10911",1:"[::1]:10921"},"brokerName":"broker-0","cluster":"c",)"
      R"("enableActingMaster":false}],"filterServerTable":{},"queueDatas":[{"brokerName":"broker-0","perm":6,)"
      R"("readQueueNums":4,"topicSysFlag":0,"writeQueueNums":8}]})";
  seeds["cluster"] =
      R"({"brokerAddrTable":{"broker-0":{"brokerAddrs":{0:"127.0.0.1:10911"},"brokerName":"broker-0","cluster":"c"}},)"
      R"("clusterAddrTable":{"c":["broker-0"]}})";
  const auto route = rocketmq::parse_route(seeds["route"], "seeds");
  TEMBLOR_ASSERT(route && route->readable.size() == 4 && route->writable.size() == 8 && route->masters.size() == 1);
  const auto cluster = rocketmq::parse_cluster(seeds["cluster"], "seeds");
  TEMBLOR_ASSERT(cluster && cluster->contains("broker-0"));
  seeds["route_of_other_types"] =
      R"({"brokerDatas":{"a":1},"queueDatas":[[],{"brokerName":0,"perm":"6","readQueueNums":-1}]})";
  return seeds;
}

Seeds letter_seeds() {
  Seeds seeds;
  serialize(Letter{.split = "rocketmq:t/broker-0/7",
                   .offset = 17,
                   .end_offset = 18,
                   .reason = "frame",
                   .time_ms = -1,
                   .payload = std::string_view("\0bytes", 6),
                   .count = 3,
                   .payload_bytes = 70},
            seeds["whole"]);
  TEMBLOR_ASSERT(read_letter(seeds["whole"])->count == 3);
  seeds["cut_off"] = seeds["whole"].substr(0, 20);
  seeds["unknown_field"] = seeds["whole"] + std::string("\x48\x01", 2);
  seeds["long_tag"] = std::string("\x8A\x80\x00\x01x", 5) + seeds["whole"];
  return seeds;
}

/// What lies in the scaler's folders.
Seeds elastic_seeds() {
  Seeds seeds;
  seeds["conf"] = elastic::conf_text(elastic::Conf());
  seeds["conf_quoted"] = "\xEF\xBB\xBF# x\r\nexport JOB_ARGS=\"--host \\\"a\\\" \"'$b'\\ c # d\r\nJOB_ARGS=<x y>\r\n";
  seeds["conf_executed"] = "JOB_ARGS=$(id)\nLOG_DIR=`id`\nFLINK_JOB_ID=${ID}\n";
  seeds["load"] = "seconds,records_per_second\n0,100\n60,200.5\n60,10\n";
  elastic::Sample sample{timestamp_from_ms(1'764'458'303'250), 10, 0.007, elastic::Detail{}};
  sample.detail->pending = 3;
  sample.detail->vertices["v"] = {"Source", true, 3, elastic::first_seen(100, sample.time), 0.5};
  sample.detail->cpu_time["tm"] = elastic::first_seen(1e9, sample.time);
  seeds["details"] = elastic::detail_line(sample) + "\n";
  seeds["history"] = elastic::history_line(sample) + "\n" + elastic::history_line(sample) + "\n17644583";
  seeds["history_and_details"] = seeds["details"] + seeds["history"];
  elastic::DecisionRecord record;
  record.decision = {{{elastic::Note::kCpuHigh, 0.9, 0.8}},
                     {{elastic::Target::kTaskManagers, 3, 4, elastic::Note::kCpuHigh}}};
  record.outcomes = {{false, "refused", Milliseconds(4000), {}}};
  seeds["decision"] = elastic::decision_line(record);
  return seeds;
}

Result<void> write(FileSystem& files, const std::string& folder, const Seeds& seeds) {
  TEMBLOR_TRY(files.create_directories(folder));
  for (const auto& [name, bytes] : seeds) {
    TEMBLOR_ASSIGN(const auto file, files.create(folder + "/" + name));
    TEMBLOR_TRY(file->append(bytes));
  }
  return {};
}

Result<void> write_all(FileSystem& files, const std::string& folder) {
  TEMBLOR_TRY(write(files, folder + "/decoder", decoder_seeds()));
  TEMBLOR_TRY(write(files, folder + "/delimited", delimited_seeds()));
  TEMBLOR_TRY(write(files, folder + "/checkpoint", checkpoint_seeds()));
  TEMBLOR_TRY(write(files, folder + "/letter", letter_seeds()));
  TEMBLOR_TRY(write(files, folder + "/rocketmq", rocketmq_seeds()));
  TEMBLOR_TRY(write(files, folder + "/elastic", elastic_seeds()));
  return write(files, folder + "/miniseed", miniseed_seeds());
}

}  // namespace
}  // namespace temblor

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "fuzz_seeds: write fuzz_seeds FOLDER\n");
    return 2;
  }
  temblor::PosixFileSystem files;
  const auto written = temblor::write_all(files, argv[1]);
  if (!written) fmt::print(stderr, "fuzz_seeds: {}\n", written.error().to_line());
  return written ? 0 : 1;
}
