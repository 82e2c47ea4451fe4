# SPDX-License-Identifier: MIT
# Findings as tests in C. POSTERN_CASES names a folder that scripts/triage has made; each BUCKET/test.c in it is linked
# to the harness that it names and is the test case.BUCKET. Nothing builds them but the target `cases`:
#
#     cmake --preset release -B build/cases -DPOSTERN_CASES=STATE/triage
#     cmake --build build/cases --target cases && ctest --test-dir build/cases --label-regex case
#
# add_cases(NAME SOURCES LIBRARIES) makes those of one harness.
set(POSTERN_CASES "" CACHE PATH "A folder that scripts/triage has made: its C tests are built by the target `cases`")
if(POSTERN_CASES)
  add_custom_target(cases)
endif()

function(add_cases harness sources libraries)
  if(NOT POSTERN_CASES OR NOT POSTERN_ENGINE STREQUAL "replay")
    return()
  endif()
  file(GLOB tests "${POSTERN_CASES}/*/test.c")
  foreach(test IN LISTS tests)
    file(STRINGS "${test}" named LIMIT_COUNT 1 REGEX "^ \\* Harness: ${harness}$")
    if(named)
      get_filename_component(bucket "${test}" DIRECTORY)
      get_filename_component(bucket "${bucket}" NAME)
      add_executable(case.${bucket} EXCLUDE_FROM_ALL "${test}" ${sources})
      target_link_libraries(case.${bucket} PRIVATE ${libraries})
      postern_warnings(case.${bucket})
      set_target_properties(case.${bucket} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/cases")
      add_dependencies(cases case.${bucket})
      add_test(NAME case.${bucket} COMMAND case.${bucket})
      set_tests_properties(case.${bucket} PROPERTIES LABELS case TIMEOUT 60)
    endif()
  endforeach()
endfunction()
