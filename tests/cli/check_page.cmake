# Fails unless PAGE is what `PAWL functions --markdown` writes.
execute_process(COMMAND "${PAWL}" functions --markdown OUTPUT_VARIABLE written COMMAND_ERROR_IS_FATAL ANY)
file(READ "${PAGE}" kept)
if(NOT written STREQUAL kept)
  message(FATAL_ERROR "${PAGE} is not what the command writes: pawl functions --markdown > ${PAGE}")
endif()
