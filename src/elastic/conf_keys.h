#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elastic/conf.h"

namespace temblor::elastic {

/// Puts the value of one key into `conf`. False where there is no such key; an error, without its place, where the
/// value makes no sense.
Result<bool> set_key(Conf& conf, std::string_view key, const std::string& value);

/// All keys, in the order of Conf.
std::vector<std::string_view> conf_keys();

/// What is wrong between values that are fine alone, such as a MIN over its MAX; an error names the keys.
Result<void> check_together(const Conf& conf, const std::string& path);

}  // namespace temblor::elastic
