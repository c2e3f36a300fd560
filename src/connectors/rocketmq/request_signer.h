#pragma once

#include <map>
#include <string>
#include <string_view>

namespace temblor::rocketmq {

/// The place of access control: adds what a server wants to see beside a request's own fields (RocketMQ's ACL: an
/// access key and a signature over the sorted fields and the body). Called on the transport's thread, once for each
/// request. The place of TLS is Transport::connect (transport.h).
class RequestSigner {
 public:
  virtual ~RequestSigner() = default;
  /// `fields` are those of the request, by name; what is returned is added to them.
  [[nodiscard]] virtual std::map<std::string, std::string> sign(const std::map<std::string, std::string>& fields,
                                                                std::string_view body) const = 0;
};

}  // namespace temblor::rocketmq
