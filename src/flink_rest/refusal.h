#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace temblor::flink_rest {

/// What a stack trace of Java comes to in one line: the message of its innermost cause, and the name of the exception
/// where that says nothing.
std::string cause_of(std::string_view stack_trace);

/// The error of an answer with an HTTP status of 400 and above: Flink's `{"errors": [stack trace, …]}`, or whatever it
/// is that some other server says.
Error refusal(const std::string& address, int status, std::string_view body);

}  // namespace temblor::flink_rest
