# The generated message classes, as a library of their own: their warnings are not ours.
file(GLOB TEMBLOR_PROTOS CONFIGURE_DEPENDS proto/*.proto)
add_library(temblor_proto STATIC)
set(TEMBLOR_PROTO_DIR ${CMAKE_BINARY_DIR}/generated)
foreach(proto IN LISTS TEMBLOR_PROTOS)
  get_filename_component(name ${proto} NAME_WE)
  add_custom_command(
    OUTPUT ${TEMBLOR_PROTO_DIR}/proto/${name}.pb.cc ${TEMBLOR_PROTO_DIR}/proto/${name}.pb.h
    COMMAND ${CMAKE_COMMAND} -E make_directory ${TEMBLOR_PROTO_DIR}
    COMMAND protobuf::protoc --cpp_out=${TEMBLOR_PROTO_DIR} -I ${CMAKE_SOURCE_DIR} proto/${name}.proto
    DEPENDS ${proto})
  target_sources(temblor_proto PRIVATE ${TEMBLOR_PROTO_DIR}/proto/${name}.pb.cc)
endforeach()
target_include_directories(temblor_proto SYSTEM PUBLIC ${TEMBLOR_PROTO_DIR})
target_link_libraries(temblor_proto PUBLIC protobuf::libprotobuf)
if(TEMBLOR_SANITIZE)
  target_compile_options(temblor_proto PRIVATE -fsanitize=${TEMBLOR_SANITIZE})
endif()
