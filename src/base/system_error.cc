#include "base/system_error.h"

#include <system_error>

namespace temblor {
namespace {

std::string remedy_for(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space and start again; nothing is lost";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check the permissions";
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      return "check the path";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files: ulimit -n";
    case EIO:
      return "check the disk; what is written after this cannot be trusted";
    case EPIPE:
      return "the program that read the output has ended";
    default:
      return {};
  }
}

}  // namespace

tl::unexpected<Error> system_error(std::string where, const std::string& what, int error) {
  return world_error(std::move(where), what + ": " + std::generic_category().message(error), remedy_for(error));
}

}  // namespace temblor
