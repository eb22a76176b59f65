# pawl_embed_migrations(TARGET FOLDER): every NNN_*.sql of FOLDER as a string in the target, in the order of their numbers,
# behind the declarations of storage/migrations.hpp.
function(pawl_embed_migrations target folder)
  file(GLOB scripts CONFIGURE_DEPENDS "${folder}/*.sql")
  list(SORT scripts)
  set(entries "")
  set(expected 1)
  foreach(script IN LISTS scripts)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${script}")
    get_filename_component(name "${script}" NAME)
    string(REGEX REPLACE "^0*([0-9]+)_.*" "\\1" number "${name}")
    if(NOT number EQUAL expected)
      message(FATAL_ERROR "migration ${name}: expected number ${expected}")
    endif()
    math(EXPR expected "${expected} + 1")
    file(READ "${script}" sql)
    string(APPEND entries "    {${number}, R\"sql(${sql})sql\"},\n")
  endforeach()
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/generated/migrations.cpp")
  file(CONFIGURE OUTPUT "${generated}" @ONLY NEWLINE_STYLE UNIX CONTENT
"// Generated from storage/migrations: do not edit.
#include \"storage/migrations.hpp\"

namespace pawl::storage {

const std::vector<migration>& migrations() {
  static const std::vector<migration> all{
@entries@  };
  return all;
}

} // namespace pawl::storage
")
  target_sources(${target} PRIVATE "${generated}")
endfunction()
