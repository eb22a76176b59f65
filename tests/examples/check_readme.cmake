# The READMEs show the files that tests run, to the letter.
function(check_readme readme)
  file(READ "${ROOT}/${readme}" shown)
  foreach(file IN LISTS ARGN)
    file(READ "${ROOT}/tests/examples/${file}" text)
    string(FIND "${shown}" "${text}" place)
    if(place EQUAL -1)
      message(FATAL_ERROR "${readme} does not hold tests/examples/${file} as it is: copy it anew")
    endif()
  endforeach()
endfunction()
check_readme(README.md
  host/main.cpp host/CMakeLists.txt ../install/consumer/CMakeLists.txt order.json hostile-order.json book.json)
check_readme(runtime/testing/README.md testing/approval_test.cpp testing/CMakeLists.txt)
