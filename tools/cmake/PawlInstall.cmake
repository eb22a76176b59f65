# What 'cmake --install' lays down, and what a shared library shows.

# pawl_show_public_names(TARGET MAP): a shared library exports the names of the version script MAP only. Hidden visibility
# leaves the templates of std, which are visible by their own declaration.
function(pawl_show_public_names target map)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "SHARED_LIBRARY")
    target_link_options(${target} PRIVATE "LINKER:--version-script=${map}")
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${map}"
      VERSION ${pawl_VERSION} SOVERSION ${pawl_VERSION_MAJOR}.${pawl_VERSION_MINOR})
  endif()
endfunction()

# pawl_strip_installed(TARGET FOLDER FLAG): without debugging information, which is nine tenths of its size. CMake's own
# `--strip` leaves static libraries as they are.
function(pawl_strip_installed target folder flag)
  if(CMAKE_STRIP AND PAWL_INSTALL_STRIPPED)
    install(CODE "execute_process(COMMAND \"${CMAKE_STRIP}\" ${flag}
      \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${folder}/$<TARGET_FILE_NAME:${target}>\" COMMAND_ERROR_IS_FATAL ANY)")
  endif()
endfunction()

# pawl_install_pkg_config(): pawl.pc, for those who build without CMake. A static library names all that it
# is made of: nobody else would.
function(pawl_install_pkg_config)
  get_target_property(type pawl TYPE)
  set(pawl_pc_requires "nlohmann_json")
  set(pawl_pc_libs "")
  if(type STREQUAL "STATIC_LIBRARY")
    set(pawl_pc_requires "nlohmann_json, sqlite3, libsodium, re2, libcurl, fmt")
    set(pawl_pc_libs " -lSQLiteCpp -lcaf_core -ldate-tz -lpthread")
  endif()
  set(folder "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  file(RELATIVE_PATH pawl_pc_prefix "/${folder}" "/")
  string(REGEX REPLACE "/$" "" pawl_pc_prefix "${pawl_pc_prefix}")
  configure_file("${pawl_SOURCE_DIR}/tools/cmake/pawl.pc.in" "${pawl_BINARY_DIR}/pawl.pc" @ONLY)
  install(FILES "${pawl_BINARY_DIR}/pawl.pc" DESTINATION "${folder}")
endfunction()

# pawl_install(): library, public headers, command, licence, and the packages that find_package(pawl) and pkg-config read.
function(pawl_install)
  include(CMakePackageConfigHelpers)
  set(package "${CMAKE_INSTALL_LIBDIR}/cmake/pawl")
  install(TARGETS pawl EXPORT pawl-targets)
  pawl_strip_installed(pawl "${CMAKE_INSTALL_LIBDIR}" --strip-debug)
  install(DIRECTORY "${pawl_SOURCE_DIR}/runtime/include/pawl" "${pawl_SOURCE_DIR}/nodes/include/pawl"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp" PATTERN "testing.hpp" EXCLUDE)
  install(EXPORT pawl-targets NAMESPACE pawl:: DESTINATION "${package}")
  if(PAWL_INSTALL_TESTING)
    install(TARGETS pawl-testing EXPORT pawl-testing-targets)
    pawl_strip_installed(pawl-testing "${CMAKE_INSTALL_LIBDIR}" --strip-debug)
    install(FILES "${pawl_SOURCE_DIR}/runtime/include/pawl/testing.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/pawl")
    install(EXPORT pawl-testing-targets NAMESPACE pawl:: DESTINATION "${package}")
  endif()
  get_target_property(type pawl TYPE)
  string(COMPARE EQUAL "${type}" STATIC_LIBRARY pawl_is_static)
  configure_package_config_file("${pawl_SOURCE_DIR}/tools/cmake/pawl-config.cmake.in"
    "${pawl_BINARY_DIR}/pawl-config.cmake" INSTALL_DESTINATION "${package}" NO_SET_AND_CHECK_MACRO)
  # Before 1.0 another minor version is another interface.
  write_basic_package_version_file("${pawl_BINARY_DIR}/pawl-config-version.cmake" COMPATIBILITY SameMinorVersion)
  install(FILES "${pawl_BINARY_DIR}/pawl-config.cmake" "${pawl_BINARY_DIR}/pawl-config-version.cmake"
    "${pawl_SOURCE_DIR}/tools/cmake/FindCAF.cmake" DESTINATION "${package}")
  pawl_install_pkg_config()
  install(FILES "${pawl_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
  if(TARGET pawl-command)
    file(RELATIVE_PATH libraries "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
    set_target_properties(pawl-command PROPERTIES INSTALL_RPATH "$ORIGIN/${libraries}")
    install(TARGETS pawl-command)
    pawl_strip_installed(pawl-command "${CMAKE_INSTALL_BINDIR}" --strip-all)
  endif()
endfunction()
