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

# pawl_install(): library, public headers, command, licence, and the package that find_package(pawl) reads.
function(pawl_install)
  include(CMakePackageConfigHelpers)
  set(package "${CMAKE_INSTALL_LIBDIR}/cmake/pawl")
  install(TARGETS pawl EXPORT pawl-targets)
  install(DIRECTORY "${pawl_SOURCE_DIR}/runtime/include/pawl" "${pawl_SOURCE_DIR}/nodes/include/pawl"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp" PATTERN "testing.hpp" EXCLUDE)
  install(EXPORT pawl-targets NAMESPACE pawl:: DESTINATION "${package}")
  if(PAWL_INSTALL_TESTING)
    install(TARGETS pawl-testing EXPORT pawl-testing-targets)
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
  install(FILES "${pawl_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
  if(TARGET pawl-command)
    file(RELATIVE_PATH libraries "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
    set_target_properties(pawl-command PROPERTIES INSTALL_RPATH "$ORIGIN/${libraries}")
    install(TARGETS pawl-command)
  endif()
endfunction()
