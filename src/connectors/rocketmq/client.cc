#include "connectors/rocketmq/client.h"

#include "base/assert.h"
#include "connectors/rocketmq/asio_transport.h"
#include "connectors/rocketmq/blocking.h"
#include "connectors/rocketmq/cluster.h"

namespace temblor::rocketmq {

Client::Client(ClientConfig config, Clock& clock) : Client(std::move(config), make_asio_transport(clock)) {}

Client::Client(ClientConfig config, std::unique_ptr<Transport> transport)
    : config_(std::move(config)),
      transport_(std::move(transport)),
      cluster_(std::make_shared<Cluster>(*transport_, config_)) {
  TEMBLOR_ASSERT(!config_.name_servers.empty());
}

Client::~Client() {
  transport_->stop();
  cluster_->stop();
}

Result<TopicRoute> Client::route(const std::string& topic) {
  using Found = Result<TopicRoute>;
  return wait_for<Found>(*transport_, [cluster = cluster_, topic](const std::function<void(Found)>& done) {
    const auto found = std::make_shared<TopicRoute>();
    cluster->retry(
        [cluster, topic, found](const AnswerHandler& handler) {
          cluster->find_route(topic, [found, handler](const Result<std::shared_ptr<const TopicRoute>>& route) {
            if (!route) return handler(tl::unexpected(Unanswered{.error = route.error()}));
            *found = **route;
            handler(Frame{});
          });
        },
        [done, found](const Result<Frame>& frame) {
          done(frame ? Found(std::move(*found)) : tl::unexpected(frame.error()));
        });
  });
}

Result<std::vector<Queue>> Client::queues(std::string_view topic) {
  TEMBLOR_ASSIGN(TopicRoute known, route(std::string(topic)));
  return std::move(known.readable);
}

void Client::look_up_queues(std::string_view topic, std::function<void(const Result<std::vector<Queue>>&)> done) {
  transport_->post([cluster = cluster_, name = std::string(topic), done = std::move(done)] {
    cluster->find_route(name, [done](const Result<std::shared_ptr<const TopicRoute>>& route) {
      done(route ? Result<std::vector<Queue>>((*route)->readable) : tl::unexpected(route.error()));
    });
  });
}

Result<std::vector<Queue>> Client::writable_queues(std::string_view topic) {
  TEMBLOR_ASSIGN(TopicRoute known, route(std::string(topic)));
  return std::move(known.writable);
}

}  // namespace temblor::rocketmq
