# SPDX-License-Identifier: MIT
# add_harness(NAME [SOURCES FILE...] [LIBRARIES TARGET...] [MUTATES KIND] [ALONE]) registers a harness once, for
# everything. Its source is NAME.c unless SOURCES says otherwise; MUTATES: what its inputs are (session unless it is
# said, or command, address, data, reply, line, client); ALONE: it links neither toolkit, parser nor mutator. It gives
#
#   the executable NAME for the engine of this build (fuzz/cmake/engine.cmake)
#   the test harness.NAME, which replays corpus/seeds/NAME and corpus/regressions/NAME (with the replay driver)
#   the tests that scripts/triage wrote for it, where POSTERN_CASES names them (add_cases.cmake)
#   NAME.dict and NAME.options beside the executable, where an engine looks for them
#   a line in harnesses.txt, the list that scripts ask for
#
# harnesses.txt has one line for each harness: name, executable, dictionary or "-", options file or "-", what its inputs
# are for the mutator or "-", separated by tabs. Names of files are absolute, apart from the "-". harnesses-left-out.txt
# has the names of those that this build does not have, a line each.
#
# leave_out_harness(NAME WHY) puts a name on that list, and says why.
include(${CMAKE_CURRENT_LIST_DIR}/add_cases.cmake)

function(add_harness name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ALONE" "MUTATES" "SOURCES;LIBRARIES")
  if(NOT arg_SOURCES)
    set(arg_SOURCES ${name}.c)
  endif()
  add_executable(${name} ${arg_SOURCES})
  set(libraries ${arg_LIBRARIES})
  if(NOT arg_ALONE)
    set(libraries postern_fuzz postern::parser ${arg_LIBRARIES})
  endif()
  target_link_libraries(${name} PRIVATE ${libraries})
  add_cases(${name} "${arg_SOURCES}" "${libraries}")
  set(kind -)
  if(POSTERN_MUTATOR AND NOT arg_ALONE)
    set(kind session)
    if(arg_MUTATES)
      set(kind ${arg_MUTATES})
    endif()
    target_link_libraries(${name} PRIVATE postern_mutate_libfuzzer_${kind})
    if(TARGET postern_mutate_afl)
      add_dependencies(${name} postern_mutate_afl)
      target_link_libraries(${name} PRIVATE postern_edges)
    endif()
  endif()
  postern_warnings(${name})
  postern_instrumented(${name})
  target_link_options(${name} PRIVATE ${POSTERN_ENGINE_LINK_FLAGS})
  if(POSTERN_ENGINE STREQUAL "replay")
    target_link_libraries(${name} PRIVATE postern_replay)
  else()
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  endif()

  if(POSTERN_ENGINE STREQUAL "replay")
    add_test(NAME harness.${name} COMMAND ${name} --missing-ok
      "${PROJECT_SOURCE_DIR}/corpus/seeds/${name}" "${PROJECT_SOURCE_DIR}/corpus/regressions/${name}")
  endif()

  set(dictionary -)
  if(TARGET postern_dictionary)
    set(dictionary "${CMAKE_CURRENT_BINARY_DIR}/${name}.dict")
    add_custom_command(OUTPUT ${dictionary}
      COMMAND make_dictionary ${name} > ${dictionary}.part
      COMMAND ${CMAKE_COMMAND} -E rename ${dictionary}.part ${dictionary}
      DEPENDS make_dictionary VERBATIM)
    add_custom_target(${name}_dict ALL DEPENDS ${dictionary})
  endif()
  set(options -)
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name}.options")
    set(options "${CMAKE_CURRENT_BINARY_DIR}/${name}.options")
    configure_file(${name}.options ${name}.options COPYONLY)
  endif()
  set_property(GLOBAL APPEND_STRING PROPERTY POSTERN_HARNESSES
    "${name}\t${CMAKE_CURRENT_BINARY_DIR}/${name}\t${dictionary}\t${options}\t${kind}\n")
endfunction()

function(leave_out_harness name why)
  message(STATUS "${name} is left out: ${why}")
  set_property(GLOBAL APPEND_STRING PROPERTY POSTERN_HARNESSES_LEFT_OUT "${name}\n")
endfunction()

function(write_harness_list)
  get_property(list GLOBAL PROPERTY POSTERN_HARNESSES)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/harnesses.txt" CONTENT "${list}" @ONLY)
  get_property(list GLOBAL PROPERTY POSTERN_HARNESSES_LEFT_OUT)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/harnesses-left-out.txt" CONTENT "${list}" @ONLY)
endfunction()
