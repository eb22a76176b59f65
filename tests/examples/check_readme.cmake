# The README shows the files that tests run, to the letter.
file(READ "${ROOT}/README.md" readme)
foreach(file host/main.cpp host/CMakeLists.txt ../install/consumer/CMakeLists.txt order.json hostile-order.json book.json)
  file(READ "${ROOT}/tests/examples/${file}" text)
  string(FIND "${readme}" "${text}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "README.md does not hold tests/examples/${file} as it is: copy it anew")
  endif()
endforeach()
