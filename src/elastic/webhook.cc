#include "elastic/webhook.h"

#include "flink_rest/http.h"

namespace temblor::elastic {

Result<void> post_to_webhook(const std::string& url, const std::string& json, Milliseconds patience) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t path_begin = scheme_end == std::string::npos ? std::string::npos : url.find('/', scheme_end + 3);
  std::string address = url.substr(0, path_begin);
  const std::string path = path_begin == std::string::npos ? "/" : url.substr(path_begin);
  const bool has_port = scheme_end != std::string::npos && address.find(':', scheme_end + 3) != std::string::npos;
  if (!has_port) address += address.starts_with("https") ? ":443" : ":80";
  auto http = flink_rest::Http::at(address, patience);
  if (!http) return user_error("ALERT_WEBHOOK", "\"" + url + "\" is no address", "write http://HOST:PORT/PATH");
  return http->send_text(path, json);
}

}  // namespace temblor::elastic
