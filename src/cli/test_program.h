#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/program.h"
#include "testing/memory_file_system.h"

namespace temblor {

/// The program in a world of its own: files in memory, what it says caught.
struct TestProgram {
  MemoryFileSystem files;
  SystemClock clock;  // the pipeline's threads wait by it

  struct Ran {
    int code = 0;
    std::string out;  ///< standard output of this run
    std::string err;  ///< standard error
  };

  Ran run(const std::vector<std::string>& arguments) {
    const std::size_t before = files.standard_output_bytes().size();
    testing::internal::CaptureStderr();
    Ran ran;
    ran.code = run_program(arguments, {clock, files, 1});
    ran.err = testing::internal::GetCapturedStderr();
    ran.out = files.standard_output_bytes().substr(before);
    return ran;
  }

  void write(const std::string& path, std::string_view bytes) {
    const auto created = files.create(path);
    ASSERT_TRUE(created) << created.error().to_line();
    const auto written = (*created)->append(bytes);
    ASSERT_TRUE(written) << written.error().to_line();
  }

  std::string read(const std::string& path) {
    const auto bytes = read_file(files, path, std::size_t{1} << 24);
    EXPECT_TRUE(bytes) << bytes.error().to_line();
    return bytes.value_or("");
  }

  std::vector<std::string> list(const std::string& folder) {
    const auto names = files.list(folder);
    EXPECT_TRUE(names) << names.error().to_line();
    return names.value_or(std::vector<std::string>());
  }
};

}  // namespace temblor
