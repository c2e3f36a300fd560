# For the sanitizers' trees, where reading the same headers again and again is half of the time: compiles the files of one
# folder together, some at a time. What is not the same for all files of a target (COMPILE_OPTIONS) CMake leaves out.
function(temblor_unity target)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(GET source PARENT_PATH folder)
    string(MAKE_C_IDENTIFIER "${folder}" group)
    math(EXPR in_${group} "0${in_${group}} + 1")
    math(EXPR part "${in_${group}} / 8")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group}_${part})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
