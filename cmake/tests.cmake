# The unit tests of this build; and in the release tree, where ctest is run, all other tests as well (cmake/suite.cmake).
find_package(GTest REQUIRED)
include(GoogleTest)

# The doubles of clock and files that tests hand in; no part of the program.
file(GLOB TEMBLOR_TESTING_SOURCES CONFIGURE_DEPENDS src/testing/*.cc)
list(FILTER TEMBLOR_TESTING_SOURCES EXCLUDE REGEX "_test\\.cc$")
add_library(temblor_testing OBJECT ${TEMBLOR_TESTING_SOURCES})
target_link_libraries(temblor_testing PUBLIC temblor_core)

# Unit tests stand beside their code (x_test.cc); each room's make one program.
file(GLOB_RECURSE TEMBLOR_TEST_SOURCES CONFIGURE_DEPENDS src/*_test.cc)
set(TEMBLOR_ROOMS "")
foreach(source IN LISTS TEMBLOR_TEST_SOURCES)
  file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR}/src ${source})
  string(REGEX REPLACE "/.*" "" room ${relative})
  if(NOT TEMBLOR_SANITIZE STREQUAL thread OR room IN_LIST TEMBLOR_THREAD_ROOMS)
    list(APPEND TEMBLOR_ROOMS ${room})
    list(APPEND TEMBLOR_TESTS_${room} ${source})
  endif()
endforeach()
list(REMOVE_DUPLICATES TEMBLOR_ROOMS)
foreach(room IN LISTS TEMBLOR_ROOMS)
  add_executable(${room}_test ${TEMBLOR_TESTS_${room}})
  target_link_libraries(${room}_test PRIVATE temblor_testing temblor_core GTest::gmock GTest::gtest_main)
  target_compile_options(${room}_test PRIVATE -O0)  # the tests themselves: optimising them takes longer than running
  if(TEMBLOR_SANITIZE)  # it is run whole, from the release tree
    if(NOT room STREQUAL connectors)  # whose tests each have a world of the same name
      temblor_unity(${room}_test)
    endif()
  else()
    gtest_discover_tests(${room}_test TEST_PREFIX ${room}. PROPERTIES LABELS unit DISCOVERY_TIMEOUT 60)
  endif()
endforeach()

if(NOT TEMBLOR_SANITIZE)
  include(cmake/suite.cmake)
endif()
