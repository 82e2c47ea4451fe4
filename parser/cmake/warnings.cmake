# SPDX-License-Identifier: MIT
# The warnings under which everything of Postern compiles without a word, from gcc 12 and clang 14 alike.
#
# postern_warnings(TARGET...) turns them on; they are errors in our own CI only (POSTERN_WERROR), so that a newer
# compiler with a new warning does not keep anyone from building, nor stops the CI of a project that embeds the parser.

set(_ci OFF)
if(PROJECT_IS_TOP_LEVEL AND "$ENV{CI}" MATCHES "^(1|true|TRUE|yes|on)$")
  set(_ci ON)
endif()
option(POSTERN_WERROR "Treat warnings as errors" ${_ci})
unset(_ci)

function(postern_warnings)
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wpedantic -Wvla
      $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes> $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
      $<$<BOOL:${POSTERN_WERROR}>:-Werror>)
  endforeach()
endfunction()
