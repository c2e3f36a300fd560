#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace temblor::elastic {

/// Posts JSON to `url`, http or https with a path; whatever is answered with a status below 300 is good.
Result<void> post_to_webhook(const std::string& url, const std::string& json, Milliseconds patience);

}  // namespace temblor::elastic
