#include "testing/sim_network.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace temblor::rocketmq {

/// Both ends of a connection.
struct SimNetwork::Link {
  explicit Link(const Endpoint& peer) : to(peer), requests(peer.to_string()) {}

  std::uint64_t id = 0;
  Endpoint to;
  bool open = true;
  bool closed_here = false;                 ///< by the client: what it has written arrives nevertheless
  FrameReader requests;                     ///< at the server
  std::string arrived;                      ///< at the client, not yet read
  std::chrono::nanoseconds last_arrival{};  ///< bytes do not overtake one another
  std::chrono::nanoseconds last_request{};
  std::span<char> into;  ///< where the client reads to
  std::function<void(Result<std::size_t>)> reading;
};

class SimNetwork::SimStream final : public Stream {
 public:
  SimStream(SimNetwork& network, std::shared_ptr<Link> link) : network_(network), link_(std::move(link)) {}
  ~SimStream() override { close(); }

  void read_some(std::span<char> into, std::function<void(Result<std::size_t>)> done) override {
    TEMBLOR_ASSERT(!link_->reading);
    link_->into = into;
    link_->reading = std::move(done);
    network_.post([&network = network_, link = link_] { network.pass(link); });
  }

  void write(std::string_view bytes, std::function<void(Result<void>)> done) override {
    const auto at = std::max(network_.now() + network_.delay(), link_->last_request);
    link_->last_request = at;
    network_.after(at - network_.now(), [&network = network_, link = link_, copy = std::string(bytes), done] {
      if (link->open) {
        network.serve(link, copy);
        return done({});
      }
      if (!link->closed_here)
        return done(world_error(link->to.to_string(), "cannot be written: the connection is cut"));
      // The last words of a process that is gone may take long, but less than a second with all delays.
      network.after(std::chrono::milliseconds(network.random(700)),
                    [&network, link, copy] { network.serve(link, copy); });
    });
  }

  void close() override {
    link_->reading = nullptr;
    link_->closed_here = link_->closed_here || link_->open;
    if (link_->open) network_.cut(link_->id);
  }

 private:
  SimNetwork& network_;
  std::shared_ptr<Link> link_;
};

std::chrono::nanoseconds SimNetwork::delay() {
  return std::chrono::microseconds(50 + random(random(20) == 0 ? 200'000 : 2'000));
}

void SimNetwork::after(std::chrono::nanoseconds delay, std::function<void()> task) {
  events_.emplace(std::pair(clock_.monotonic() + delay, ++event_), std::move(task));
}

void SimNetwork::run_one() {
  const auto first = events_.begin();
  clock_.advance(first->first.first - clock_.monotonic());
  const auto task = std::move(first->second);
  events_.erase(first);
  task();
}

bool SimNetwork::wait(std::unique_lock<std::mutex>& lock, std::condition_variable& /*changed*/,
                      std::chrono::nanoseconds limit, const std::function<bool()>& done) {
  const auto deadline = now() + limit;
  while (!done()) {
    lock.unlock();
    const bool in_time = !events_.empty() && events_.begin()->first.first <= deadline;
    if (in_time) {
      run_one();
    } else {
      clock_.advance(deadline - now());
    }
    lock.lock();
    if (!in_time) return done();
  }
  return true;
}

void SimNetwork::connect(const Endpoint& to, std::chrono::nanoseconds /*limit*/,
                         std::function<void(Result<std::unique_ptr<Stream>>)> done) {
  after(delay(), [this, to, done = std::move(done)] {
    if (servers_.count(to) == 0) return done(world_error(to.to_string(), "cannot be reached: refused"));
    auto link = std::make_shared<Link>(to);
    link->id = ++link_;
    links_[link->id] = link;
    done(std::make_unique<SimStream>(*this, std::move(link)));
  });
}

void SimNetwork::close(const Endpoint& at) {
  servers_.erase(at);
  std::vector<std::uint64_t> cut_ids;
  for (const auto& [id, link] : links_) {
    if (link->to == at) cut_ids.push_back(id);
  }
  for (const std::uint64_t id : cut_ids) cut(id);
}

void SimNetwork::cut(std::uint64_t connection) {
  const auto found = links_.find(connection);
  if (found == links_.end()) return;
  const auto link = found->second;
  links_.erase(found);
  link->open = false;
  if (closed_) closed_(connection);
  post([this, link] { pass(link); });
}

void SimNetwork::serve(const std::shared_ptr<Link>& link, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = link->requests.space();
    const std::size_t count = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), count);
    link->requests.filled(count);
    bytes.remove_prefix(count);
    while (link->open || link->closed_here) {
      auto frame = link->requests.next();
      TEMBLOR_ASSERT(frame);
      if (!*frame) break;
      const auto server = servers_.find(link->to);
      if (server == servers_.end()) return;
      const Serve serve = server->second;  // it may close itself meanwhile
      serve(link->id, **frame, [this, link](const std::string& answer) { deliver(link, answer); });
    }
  }
}

void SimNetwork::deliver(const std::shared_ptr<Link>& link, const std::string& bytes) {
  // In two pieces, cut anywhere.
  const std::size_t half = random(static_cast<std::uint32_t>(bytes.size()) + 1);
  for (const std::string& piece : {bytes.substr(0, half), bytes.substr(half)}) {
    link->last_arrival = std::max(now() + delay(), link->last_arrival);
    after(link->last_arrival - now(), [this, link, piece] {
      if (!link->open) return;
      link->arrived += piece;
      pass(link);
    });
  }
}

void SimNetwork::pass(const std::shared_ptr<Link>& link) {
  if (!link->reading) return;
  if (link->arrived.empty() && link->open) return;
  const auto done = std::exchange(link->reading, nullptr);
  if (link->arrived.empty()) return done(world_error(link->to.to_string(), "has closed the connection"));
  const std::size_t count = std::min(link->into.size(), link->arrived.size());
  std::memcpy(link->into.data(), link->arrived.data(), count);
  link->arrived.erase(0, count);
  done(count);
}

}  // namespace temblor::rocketmq
