# pawl_room(NAME FOLDERS dir... [LINK lib...] [PRECOMPILE header] [APART]): the OBJECT library of one room, all .cpp of its
# folders; APART: not of the library pawl.
# pawl_hold_rooms(TARGET): a library of all rooms that are not apart, and what they are made of.
# pawl_inner(TARGET): code of the project: its warnings, C++20, the inner headers, batches of sources (README.md).
# pawl_hardened(TARGET): what ships: checks of the compiler, the library and the loader. Optimized builds only.
# pawl_computes_little(TARGET): compiled without optimisation, which takes half the time.
set(PAWL_ROOMS "")

function(pawl_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)
  if(PAWL_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # In a batch every source is an included file, where g++ takes types of anonymous namespaces for a header's.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
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
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${PAWL_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 12)
  # Catch2 keeps __FILE__ of every assertion; the folder in it would hide the object from other clones (launch_compiler).
  target_compile_options(${target} PRIVATE "-fmacro-prefix-map=${pawl_SOURCE_DIR}/=")
endfunction()

include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-fcf-protection=full PAWL_HAS_CET)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
function(pawl_hardened target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(NOT PAWL_HARDENED)
    return()
  endif()
  set(flags -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection)
  if(PAWL_HAS_CET)
    list(APPEND flags -fcf-protection=full)
  endif()
  target_compile_options(${target} PRIVATE "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:${flags}>")
  target_link_options(${target} PRIVATE LINKER:-z,relro LINKER:-z,now)
endfunction()

# Under the sanitizers a test's own code is not looked at for undefined behaviour: that is a quarter of its time.
function(pawl_computes_little target)
  target_compile_options(${target} PRIVATE -O0)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=[a-z,]*undefined")
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
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
  pawl_hardened(pawl_${name})
  # The sanitizers' builds are not optimized, but for the rooms that tests keep busy for minutes.
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize" AND name MATCHES "^(core|expression|schema)$")
    target_compile_options(pawl_${name} PRIVATE -O1)
  endif()
  # Hidden but for PAWL_API: a shared library shows the public names only.
  set_target_properties(pawl_${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(pawl_${name} PRIVATE nlohmann_json::nlohmann_json ${ROOM_LINK})
  if(ROOM_PRECOMPILE AND NOT PAWL_UNITY_BUILD) # a room of one or two batches would precompile it for nothing
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
  pawl_hardened(${target})
  target_link_libraries(${target}
    PRIVATE CAF::core SQLiteCpp SQLite::SQLite3 PkgConfig::sodium PkgConfig::re2 CURL::libcurl fmt::fmt date::date-tz Threads::Threads)
endfunction()
