# pawl_room(NAME FOLDERS dir... [LINK lib...] [PRECOMPILE header] [APART]): the OBJECT library of one room, all .cpp of its
# folders; APART: not of the library pawl.
# pawl_hold_rooms(TARGET): a library of all rooms that are not apart, and what they are made of.
# pawl_warnings(TARGET): the warnings of Pawl's own code.
set(PAWL_ROOMS "")

function(pawl_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)
  if(PAWL_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# For code of the project that may include the inner headers: rooms, tools, tests.
function(pawl_inner target)
  pawl_warnings(${target})
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_include_directories(${target} PRIVATE
    "${pawl_SOURCE_DIR}" "${pawl_SOURCE_DIR}/runtime/include" "${pawl_SOURCE_DIR}/nodes/include")
endfunction()

function(pawl_room name)
  cmake_parse_arguments(ROOM "APART" "PRECOMPILE" "FOLDERS;LINK" ${ARGN})
  set(sources "")
  foreach(folder IN LISTS ROOM_FOLDERS)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS "${pawl_SOURCE_DIR}/${folder}/*.cpp")
    list(APPEND sources ${found})
  endforeach()
  if(NOT sources)
    return()
  endif()
  add_library(pawl_${name} OBJECT ${sources})
  pawl_inner(pawl_${name})
  # Hidden but for PAWL_API: a shared library shows the public names only.
  set_target_properties(pawl_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(pawl_${name} PRIVATE nlohmann_json::nlohmann_json ${ROOM_LINK})
  if(ROOM_PRECOMPILE AND EXISTS "${pawl_SOURCE_DIR}/${ROOM_PRECOMPILE}")
    target_precompile_headers(pawl_${name} PRIVATE "${pawl_SOURCE_DIR}/${ROOM_PRECOMPILE}")
    # Without it ccache keeps no g++ output that uses a precompiled header.
    target_compile_options(pawl_${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  endif()
  if(NOT ROOM_APART)
    set(PAWL_ROOMS ${PAWL_ROOMS} ${name} PARENT_SCOPE)
  endif()
endfunction()

function(pawl_hold_rooms target)
  foreach(room IN LISTS PAWL_ROOMS)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:pawl_${room}>)
  endforeach()
  target_link_libraries(${target}
    PRIVATE CAF::core SQLiteCpp SQLite::SQLite3 PkgConfig::sodium PkgConfig::re2 CURL::libcurl fmt::fmt date::date-tz Threads::Threads)
endfunction()
