#include "connectors/rocketmq/queue_offsets.h"

#include "connectors/rocketmq/blocking.h"
#include "connectors/rocketmq/cluster.h"

namespace temblor::rocketmq {
namespace {

Request complete(Request request, const std::string& topic, const Queue& queue) {
  request.fields.emplace_back("topic", topic);
  request.fields.emplace_back("queueId", std::to_string(queue.id));
  return request;
}

Request update(std::string_view group, Offset offset) {
  return {.code = RequestCode::kUpdateConsumerOffset,
          .fields = {{"consumerGroup", std::string(group)}, {"commitOffset", std::to_string(offset)}}};
}

/// The answer of a queue's broker to `asked`, whatever its final code.
Result<Frame> ask(Client& client, const std::string& topic, const Queue& queue, Request asked) {
  const Request request = complete(std::move(asked), topic, queue);
  using Done = std::function<void(Result<Frame>)>;
  return wait_for<Result<Frame>>(
      client.transport(), [cluster = client.cluster(), topic, queue, request](const Done& done) {
        cluster->retry(
            [cluster, topic, queue, request](AnswerHandler handler) {
              cluster->ask_queue(topic, queue, request, cluster->config().request_timeout, std::move(handler));
            },
            done);
      });
}

std::string place(const std::string& topic, const Queue& queue) {
  return topic + "/" + queue.broker + "/" + std::to_string(queue.id);
}

Result<Offset> offset_in(const Result<Frame>& answer, const std::string& where) {
  if (!answer) return tl::unexpected(answer.error());
  if (answer->code != response::kSuccess) return tl::unexpected(refusal(*answer, where));
  const auto offset = answer->number("offset");
  if (!offset) {
    return world_error(where, "has no offset in its broker's answer", "check that a RocketMQ broker listens there");
  }
  return *offset;
}

}  // namespace

Result<Offset> QueueOffsets::min(const Queue& queue) {
  return offset_in(ask(client_, topic_, queue, Request{.code = RequestCode::kGetMinOffset}), place(topic_, queue));
}

Result<Offset> QueueOffsets::max(const Queue& queue) {
  return offset_in(ask(client_, topic_, queue, Request{.code = RequestCode::kGetMaxOffset}), place(topic_, queue));
}

Result<Offset> QueueOffsets::at(const Queue& queue, Timestamp time) {
  const Request request{.code = RequestCode::kSearchOffsetByTimestamp,
                        .fields = {{"timestamp", std::to_string(time.time_since_epoch().count())}}};
  return offset_in(ask(client_, topic_, queue, request), place(topic_, queue));
}

Result<std::optional<Offset>> QueueOffsets::committed(const Queue& queue, std::string_view group) {
  const Request request{.code = RequestCode::kQueryConsumerOffset,
                        .fields = {{"consumerGroup", std::string(group)}, {"setZeroIfNotFound", "false"}}};
  const auto answer = ask(client_, topic_, queue, request);
  if (answer && answer->code == response::kQueryNotFound) return std::nullopt;
  TEMBLOR_ASSIGN(const Offset offset, offset_in(answer, place(topic_, queue)));
  return offset;
}

Result<void> QueueOffsets::commit(const Queue& queue, std::string_view group, Offset offset) {
  TEMBLOR_ASSIGN(const Frame answer, ask(client_, topic_, queue, update(group, offset)));
  if (answer.code != response::kSuccess) return tl::unexpected(refusal(answer, place(topic_, queue)));
  return {};
}

void QueueOffsets::tell(const Queue& queue, std::string_view group, Offset offset, std::function<void()> done) {
  client_.transport().post([cluster = client_.cluster(), topic = topic_, queue,
                            request = complete(update(group, offset), topic_, queue), done = std::move(done)] {
    cluster->ask_queue(topic, queue, request, cluster->config().request_timeout, [done](const Answer& /*ignored*/) {
      if (done) done();
    });
  });
}

}  // namespace temblor::rocketmq
