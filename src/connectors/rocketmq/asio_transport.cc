#include "connectors/rocketmq/asio_transport.h"

#include <asio/connect.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <thread>

namespace temblor::rocketmq {
namespace {

using Tcp = asio::ip::tcp;

class TcpStream final : public Stream {
 public:
  TcpStream(Tcp::socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}

  void read_some(std::span<char> into, std::function<void(Result<std::size_t>)> done) override {
    socket_.async_read_some(
        asio::buffer(into.data(), into.size()),
        [peer = peer_, done = std::move(done)](const asio::error_code& error, std::size_t count) {
          if (error == asio::error::eof) {
            done(world_error(peer, "has closed the connection", "check that a RocketMQ server is up there"));
          } else if (error) {
            done(world_error(peer, "cannot be read: " + error.message(), "check that a RocketMQ server is up there"));
          } else {
            done(count);
          }
        });
  }

  void write(std::string_view bytes, std::function<void(Result<void>)> done) override {
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                      [peer = peer_, done = std::move(done)](const asio::error_code& error, std::size_t) {
                        done(error ? world_error(peer, "cannot be written: " + error.message(),
                                                 "check that a RocketMQ server is up there")
                                   : Result<void>());
                      });
  }

  void close() override {
    asio::error_code ignored;  // it is gone either way
    socket_.close(ignored);
  }

 private:
  Tcp::socket socket_;
  std::string peer_;
};

/// An attempt to connect, from the name to the socket.
struct Dial {
  Dial(asio::io_context& loop, const Endpoint& to) : resolver(loop), socket(loop), timer(loop), peer(to.to_string()) {}

  void finish(const asio::error_code& error) {
    if (!done) return;
    resolver.cancel();
    timer.cancel();
    const auto call = std::exchange(done, nullptr);
    asio::error_code ignored;
    if (error) {
      socket.close(ignored);
      call(world_error(peer, "cannot be reached: " + error.message(), "check that the server is up"));
    } else {
      socket.set_option(Tcp::no_delay(true), ignored);
      call(std::make_unique<TcpStream>(std::move(socket), peer));
    }
  }

  Tcp::resolver resolver;
  Tcp::socket socket;
  asio::steady_timer timer;
  std::string peer;
  std::function<void(Result<std::unique_ptr<Stream>>)> done;
};

class AsioTransport final : public Transport {
 public:
  explicit AsioTransport(Clock& clock) : clock_(clock), work_(loop_.get_executor()), thread_([this] { loop_.run(); }) {}
  ~AsioTransport() override { stop(); }

  void post(std::function<void()> task) override { asio::post(loop_, std::move(task)); }

  bool wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed, std::chrono::nanoseconds limit,
            const std::function<bool()>& done) override {
    if (limit <= std::chrono::nanoseconds(0)) return done();  // a wait of no time costs a call of the kernel
    return changed.wait_for(lock, limit, done);
  }

  [[nodiscard]] std::chrono::nanoseconds now() const override { return clock_.monotonic(); }
  [[nodiscard]] Timestamp wall_clock() const override { return clock_.now(); }

  void after(std::chrono::nanoseconds delay, std::function<void()> task) override {
    auto timer = std::make_shared<asio::steady_timer>(loop_, delay);
    timer->async_wait([timer, task = std::move(task)](const asio::error_code& error) {
      if (!error) task();
    });
  }

  void connect(const Endpoint& to, std::chrono::nanoseconds limit,
               std::function<void(Result<std::unique_ptr<Stream>>)> done) override {
    auto dial = std::make_shared<Dial>(loop_, to);
    dial->done = std::move(done);
    dial->timer.expires_after(limit);
    dial->timer.async_wait([dial](const asio::error_code& error) {
      if (!error) dial->finish(asio::error::timed_out);
    });
    dial->resolver.async_resolve(
        to.host, std::to_string(to.port),
        [dial](const asio::error_code& error, const Tcp::resolver::results_type& found) {
          if (error) return dial->finish(error);
          asio::async_connect(dial->socket, found,
                              [dial](const asio::error_code& failed, const Tcp::endpoint&) { dial->finish(failed); });
        });
  }

  void stop() override {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  Clock& clock_;
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Transport> make_asio_transport(Clock& clock) { return std::make_unique<AsioTransport>(clock); }

}  // namespace temblor::rocketmq
