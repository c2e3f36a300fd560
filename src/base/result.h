#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace temblor {

/// Whose trouble an error is. It decides the exit code and who has to act.
enum class Blame : std::uint8_t {
  kUser,   ///< a setting, a command line, a file that was named wrongly: exit code 2
  kWorld,  ///< a full disk, a broken connection, a damaged file: exit code 1
  kBug,    ///< something that this program promised and did not keep: exit code 1
};

/// An expected failure, as a value: what happened, where, and what a person can do about it.
/// `what` and `where` are never empty; `remedy` is empty only where nothing can be done.
struct Error {
  Blame blame = Blame::kWorld;
  std::string what;    ///< "cannot be read: Permission denied"
  std::string where;   ///< "file:/data/today.pb", "temblor.toml:3", "--window"
  std::string remedy;  ///< "check the path"

  /// One line for a terminal or a log: `where: what (remedy)`.
  [[nodiscard]] std::string to_line() const {
    std::string line = where.empty() ? what : where + ": " + what;
    if (!remedy.empty()) line += " (" + remedy + ")";
    return line;
  }
};

/// A value, or the reason why there is none. Expected failures travel as values; exceptions do not cross a room.
template <class T>
using Result = tl::expected<T, Error>;

/// A failure that the person at the command line can mend.
inline tl::unexpected<Error> user_error(std::string where, std::string what, std::string remedy = {}) {
  return tl::unexpected(Error{Blame::kUser, std::move(what), std::move(where), std::move(remedy)});
}

/// A failure of disk, network or data.
inline tl::unexpected<Error> world_error(std::string where, std::string what, std::string remedy = {}) {
  return tl::unexpected(Error{Blame::kWorld, std::move(what), std::move(where), std::move(remedy)});
}

}  // namespace temblor

/// Leaves the function with the error of `expression` (a Result) where it has one.
#define TEMBLOR_TRY(expression)                                        \
  do {                                                                 \
    if (auto temblor_try_result = (expression); !temblor_try_result) { \
      return ::tl::unexpected(std::move(temblor_try_result).error());  \
    }                                                                  \
  } while (false)

/// `TEMBLOR_ASSIGN(auto x, f())`: x becomes the value of f(), or the function leaves with its error.
#define TEMBLOR_ASSIGN(declaration, expression) \
  TEMBLOR_ASSIGN_NAMED(TEMBLOR_CONCAT(temblor_assign_, __LINE__), declaration, expression)
#define TEMBLOR_ASSIGN_NAMED(name, declaration, expression)    \
  auto name = (expression);                                    \
  if (!name) return ::tl::unexpected(std::move(name).error()); \
  declaration = std::move(*name)
#define TEMBLOR_CONCAT(a, b) TEMBLOR_CONCAT_INNER(a, b)
#define TEMBLOR_CONCAT_INNER(a, b) a##b
