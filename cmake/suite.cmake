# The tests beside the unit tests. `make test` builds what they run: the presets address and thread beside this one.
set(TEMBLOR_PYTHON /usr/bin/python3)  # Debian's own: it has python3-protobuf

# Each room's unit tests under the sanitizers. One run of a whole program costs seconds, hundreds of starts minutes.
foreach(sanitizer IN ITEMS address thread)
  foreach(room IN LISTS TEMBLOR_ROOMS)
    if(sanitizer STREQUAL thread AND NOT room IN_LIST TEMBLOR_THREAD_ROOMS)
      continue()
    endif()
    add_test(NAME ${sanitizer}.${room} COMMAND ${CMAKE_SOURCE_DIR}/build/${sanitizer}/${room}_test --gtest_brief=1)
    set_tests_properties(
      ${sanitizer}.${room}
      PROPERTIES LABELS sanitizer ENVIRONMENT
                 "ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;TSAN_OPTIONS=halt_on_error=1"
    )
  endforeach()
endforeach()

# Each codec is fuzzed for a minute (TEMBLOR_FUZZ_SECONDS), from the seeds that fuzz/seeds.cc makes and from what has
# been found before.
file(GLOB TEMBLOR_FUZZ_SOURCES CONFIGURE_DEPENDS fuzz/*_fuzz.cc)
foreach(source IN LISTS TEMBLOR_FUZZ_SOURCES)
  get_filename_component(name ${source} NAME_WE)
  string(REPLACE _fuzz "" codec ${name})
  add_test(NAME fuzz.${codec} COMMAND ${CMAKE_SOURCE_DIR}/fuzz/run ${CMAKE_SOURCE_DIR}/build/address/fuzz/${name}
                                      ${CMAKE_SOURCE_DIR}/build/fuzz/${codec} ${CMAKE_SOURCE_DIR}/build/address/fuzz/seeds/${codec}
                                      ${CMAKE_SOURCE_DIR}/fuzz/corpus/${codec})
  set_tests_properties(fuzz.${codec} PROPERTIES LABELS fuzz)
endforeach()

# The unit tests of the job on Flink: one run of Maven for all of them.
add_test(NAME flink COMMAND ${CMAKE_SOURCE_DIR}/tools/build_flink test)
set_tests_properties(flink PROPERTIES LABELS unit)
# Those of them that reach native code, with the core under the sanitizers.
add_test(NAME address.flink_jni COMMAND ${CMAKE_SOURCE_DIR}/tools/build_flink sanitize)
set_tests_properties(address.flink_jni PROPERTIES LABELS sanitizer)
set_tests_properties(flink address.flink_jni PROPERTIES RESOURCE_LOCK maven)  # both leave their reports in one folder

# The whole program, from outside: test/e2e/x_test.py.
file(GLOB TEMBLOR_E2E CONFIGURE_DEPENDS test/e2e/*_test.py)
foreach(source IN LISTS TEMBLOR_E2E)
  get_filename_component(name ${source} NAME_WE)
  string(REPLACE _test "" name ${name})
  add_test(NAME e2e.${name} COMMAND ${TEMBLOR_PYTHON} ${source})
  set_tests_properties(e2e.${name} PROPERTIES LABELS integration ENVIRONMENT "TEMBLOR=$<TARGET_FILE:temblor>")
endforeach()
# Those on a real Flink: some hundred MB and many seconds of both cores for a start.
set_tests_properties(e2e.flink_tools e2e.flink_source e2e.flink_job e2e.flink_submit e2e.flink_restart
                     e2e.nodes_tools e2e.elastic e2e.flink_elastic PROPERTIES LABELS cluster)
# Those that use all of two cores for most of their time.
set_tests_properties(e2e.flink_source e2e.flink_job e2e.kill PROPERTIES PROCESSORS 2)
# On hosts in namespaces, which not every machine allows; the tests say why (test/e2e/nodes.py).
set_tests_properties(e2e.nodes_tools e2e.elastic e2e.flink_elastic PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ")
# The longest are begun first: the others fill the time beside them.
set_tests_properties(e2e.kill e2e.elastic e2e.flink_elastic e2e.flink_job e2e.flink_restart e2e.flink_source e2e.rocketmq_faults
                     e2e.rocketmq_job PROPERTIES COST 1000)
add_test(NAME package COMMAND ${TEMBLOR_PYTHON} ${CMAKE_SOURCE_DIR}/test/package_test.py ${CMAKE_BINARY_DIR})
set_tests_properties(package PROPERTIES LABELS integration)

# How the code is written.
add_test(NAME rooms COMMAND ${TEMBLOR_PYTHON} ${CMAKE_SOURCE_DIR}/test/rooms_test.py)
add_test(NAME format COMMAND ${CMAKE_SOURCE_DIR}/tools/check_format)
add_test(NAME tidy COMMAND ${CMAKE_SOURCE_DIR}/tools/check_tidy)
set_tests_properties(rooms format tidy PROPERTIES LABELS style)
set_tests_properties(tidy PROPERTIES PROCESSORS 2)
