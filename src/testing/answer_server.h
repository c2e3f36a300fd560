#pragma once

#include <httplib.h>

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace temblor {

/// A server on loopback that gives the answers it is told, as Flink 1.17.2 has given them;
/// test/e2e/flink_submit_test.py asks Flink itself.
class AnswerServer {
 public:
  AnswerServer() {
    const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
      asked.push_back(request.method + " " + request.target);
      last = request;
      if (on_request) on_request(request);
      const auto found = answers.find(asked.back());
      response.status = found == answers.end() ? 404 : found->second.first;
      response.set_content(found == answers.end() ? "" : found->second.second, "application/json");
    };
    server_.Get(".*", answer).Post(".*", answer).Delete(".*", answer).Patch(".*", answer);
    server_.set_tcp_nodelay(true);  // else each answer to a kept connection takes 40 ms
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~AnswerServer() {
    server_.stop();
    thread_.join();
  }
  AnswerServer(const AnswerServer&) = delete;
  AnswerServer& operator=(const AnswerServer&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // By method and target; of one call at a time.
  std::map<std::string, std::pair<int, std::string>> answers;
  std::vector<std::string> asked;
  httplib::Request last;
  /// Called before each answer is looked up, by the server's thread: what the request changes.
  std::function<void(const httplib::Request&)> on_request;

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace temblor
