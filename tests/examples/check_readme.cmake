# The README's host program is the one that is compiled and run here, to the letter.
file(READ "${ROOT}/README.md" readme)
foreach(file main.cpp CMakeLists.txt)
  file(READ "${ROOT}/tests/examples/host/${file}" text)
  string(FIND "${readme}" "${text}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "README.md does not hold tests/examples/host/${file} as it is: copy it anew")
  endif()
endforeach()
