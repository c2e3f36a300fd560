#include "flink_rest/http.h"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "flink_rest/refusal.h"

namespace temblor::flink_rest {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargestAnswer = std::size_t{16} << 20;
constexpr time_t kConnectSeconds = 5;
constexpr int kNotFound = 404;
constexpr Milliseconds kUploadPatience{600'000};  // a large jar over a slow line

constexpr std::string_view kHowToName = "start Flink, or name its JobManager: --jobmanager HOST:PORT";

Result<Json> read(const std::string& address, int status, const std::string& body) {
  const bool good = status >= 200 && status < 300;
  if (!good) return tl::unexpected(refusal(address, status, body));
  Json json = body.empty() ? Json::object() : Json::parse(body, nullptr, false);
  if (!json.is_discarded()) return json;
  return world_error(address, "is no JobManager of Flink: its answer is no JSON", std::string(kHowToName));
}

/// Does something unless it ends in time.
class Deadline {
 public:
  Deadline(Milliseconds limit, std::function<void()> too_late)
      : thread_([this, limit, act = std::move(too_late)] {
          std::unique_lock lock(mutex_);
          if (ended_.wait_for(lock, limit, [this] { return is_over_; })) return;
          is_late_ = true;
          act();
        }) {}
  ~Deadline() { end(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Whether it was too late.
  bool end() {
    {
      const std::lock_guard guard(mutex_);
      is_over_ = true;
    }
    ended_.notify_one();
    if (thread_.joinable()) thread_.join();
    return is_late_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  bool is_late_ = false;
  std::thread thread_;  // the last: it uses the others
};

}  // namespace

struct Http::Connection {
  Connection(const std::string& address, Milliseconds patience) : client(address) {
    client.set_connection_timeout(std::min<std::chrono::milliseconds>(std::chrono::seconds(kConnectSeconds), patience));
    client.set_read_timeout(patience);
    client.set_write_timeout(patience);
    client.set_keep_alive(true);
    client.set_url_encode(false);  // what must be is encoded already
  }
  httplib::Client client;
};

Result<Http> Http::at(std::string_view address, Milliseconds patience) {
  const std::size_t scheme_end = address.find("://");
  const std::string_view scheme = scheme_end == std::string_view::npos ? "http" : address.substr(0, scheme_end);
  std::string_view place = scheme_end == std::string_view::npos ? address : address.substr(scheme_end + 3);
  if (place.ends_with('/')) place.remove_suffix(1);
  const std::size_t colon = place.rfind(':');
  const std::string_view port = place.substr(std::min(colon, place.size() - 1) + 1);
  const bool is_port = colon != std::string_view::npos && colon > 0 && !port.empty() && port.size() <= 5 &&
                       port.find_first_not_of("0123456789") == std::string_view::npos;
  const bool is_host = place.substr(0, colon).find_first_of("/?#@ \t\r\n") == std::string_view::npos;
  if ((scheme != "http" && scheme != "https") || !is_port || !is_host) {
    return user_error(fmt::format("\"{}\"", address), "is no address of a JobManager",
                      "write HOST:PORT, such as localhost:8081");
  }
  std::string full = fmt::format("{}://{}", scheme, place);
  auto connection = std::make_unique<Connection>(full, patience);
  return Http(std::move(full), patience, std::move(connection));
}

Http::Http(std::string address, Milliseconds patience, std::unique_ptr<Connection> connection)
    : address_(std::move(address)), patience_(patience), connection_(std::move(connection)) {}
Http::Http(Http&&) noexcept = default;
Http& Http::operator=(Http&&) noexcept = default;
Http::~Http() = default;

Result<Json> Http::get(const std::string& path) { return ask("GET", path, {}); }

Result<std::optional<Json>> Http::find(const std::string& path) {
  TEMBLOR_ASSIGN(const Answer answer, send("GET", path, {}));
  if (answer.status == kNotFound) return std::nullopt;
  TEMBLOR_ASSIGN(Json json, read(address_, answer.status, answer.body));
  return json;
}

Result<Json> Http::post(const std::string& path, const Json& body) {
  std::string text;
  try {
    text = body.dump();
  } catch (const Json::type_error&) {  // it is thrown for nothing else
    may_come_through_ = false;
    return user_error(address_ + path, "cannot be asked with text that is no UTF-8", "write it in UTF-8");
  }
  return ask("POST", path, std::move(text));
}

Result<void> Http::send_text(const std::string& path, const std::string& json) {
  TEMBLOR_ASSIGN(const Answer answer, send("POST", path, json));
  if (answer.status >= 300) return world_error(address_ + path, "answers with status " + std::to_string(answer.status));
  return {};
}

Result<void> Http::remove(const std::string& path) {
  TEMBLOR_TRY(ask("DELETE", path, {}));
  return {};
}

Result<void> Http::patch(const std::string& path) {
  TEMBLOR_TRY(ask("PATCH", path, {}));
  return {};
}

Result<Json> Http::upload(const std::string& path, const std::string& name, std::string content) {
  std::string boundary = "temblor-jar";
  while (content.find(boundary) != std::string::npos) boundary += 'x';
  std::string file = name;
  std::replace_if(
      file.begin(), file.end(), [](char c) { return c == '"' || c == '\r' || c == '\n'; }, '_');
  const std::string begin = fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"{}\"\r\n"
      "Content-Type: application/x-java-archive\r\n\r\n",
      boundary, file);
  content.insert(0, begin);
  content += fmt::format("\r\n--{}--\r\n", boundary);
  const Request request{.method = "POST",
                        .path = path,
                        .body = std::move(content),
                        .type = "multipart/form-data; boundary=" + boundary,
                        .limit = std::max(patience_, kUploadPatience)};
  TEMBLOR_ASSIGN(const Answer answer, send(request));
  return read(address_, answer.status, answer.body);
}

Result<Json> Http::ask(const std::string& method, const std::string& path, std::string body) {
  TEMBLOR_ASSIGN(const Answer answer, send(method, path, std::move(body)));
  return read(address_, answer.status, answer.body);
}

Result<Http::Answer> Http::send(const std::string& method, const std::string& path, std::string body) {
  return send(
      {.method = method, .path = path, .body = std::move(body), .type = "application/json", .limit = patience_});
}

Result<Http::Answer> Http::send(const Request& asked) {
  may_come_through_ = true;
  httplib::Request request;
  request.method = asked.method;
  request.path = asked.path;
  if (!asked.body.empty()) request.set_header("Content-Type", asked.type);
  request.body = asked.body;
  std::string received;
  bool too_large = false;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    too_large = size > kLargestAnswer - received.size();
    if (!too_large) received.append(data, size);
    return !too_large;
  };
  // The library's own limits are for each read: a byte now and then would keep them content for ever.
  Deadline deadline(asked.limit, [this] { connection_->client.stop(); });
  const httplib::Result answer = connection_->client.send(request);
  const bool too_late = deadline.end();
  if (too_large) return world_error(address_, fmt::format("answers {} with more than 16 MiB", asked.path));
  if (!answer && too_late) return no_answer_within(asked.limit);
  if (!answer) return no_answer(static_cast<int>(answer.error()));
  may_come_through_ = false;
  return Answer{.status = answer->status, .body = std::move(received)};
}

tl::unexpected<Error> Http::no_answer_within(Milliseconds limit) const {
  return world_error(address_, "gives no answer within " + to_string(limit), "look into the JobManager's log");
}

tl::unexpected<Error> Http::no_answer(int failure) {
  const auto error = static_cast<httplib::Error>(failure);
  if (error == httplib::Error::Read) {
    return no_answer_within(patience_);
  }
  const bool cannot_connect = error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout;
  if (cannot_connect) may_come_through_ = false;
  return world_error(address_, cannot_connect ? "cannot be reached" : "cannot be asked: " + httplib::to_string(error),
                     std::string(kHowToName));
}

}  // namespace temblor::flink_rest
