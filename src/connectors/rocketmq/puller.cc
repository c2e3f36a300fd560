#include "connectors/rocketmq/puller.h"

#include "connectors/rocketmq/pull_loop.h"

namespace temblor::rocketmq {

Puller::Puller(Client& client, PullerConfig config)
    : loop_(std::make_shared<PullLoop>(client.cluster(), std::move(config))) {
  client.transport().post([loop = loop_] { loop->start(); });
}

Puller::~Puller() { loop_->stop(); }

Pulled Puller::poll(Milliseconds max_wait) { return loop_->poll(max_wait); }

void Puller::seek(Offset offset) { loop_->seek(offset); }

std::optional<Offset> Puller::max_offset() const { return loop_->max_offset(); }

}  // namespace temblor::rocketmq
