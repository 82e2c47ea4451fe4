# SPDX-License-Identifier: MIT
# The engine is a choice made at link time, behind the one symbol LLVMFuzzerTestOneInput.
#
#   POSTERN_ENGINE=replay      our replay driver: runs files and folders, with any compiler (the default)
#   POSTERN_ENGINE=libfuzzer   libFuzzer, with clang
#   POSTERN_ENGINE=afl         AFL++ in persistent mode, with afl-clang-fast
#   POSTERN_ENGINE=external    what $LIB_FUZZING_ENGINE holds, a flag or the path of an archive (OSS-Fuzz's contract;
#                              the default where that variable is set). The compiler flags are the caller's then.
#
# POSTERN_SANITIZE is a list for -fsanitize=, for what is under test alone.

if(DEFINED ENV{LIB_FUZZING_ENGINE})
  set(_engine external)
else()
  set(_engine replay)
endif()
set(POSTERN_ENGINE ${_engine} CACHE STRING "Fuzz engine: replay, libfuzzer, afl or external")
set_property(CACHE POSTERN_ENGINE PROPERTY STRINGS replay libfuzzer afl external)
set(POSTERN_ENGINE_LINK "$ENV{LIB_FUZZING_ENGINE}" CACHE STRING "Flag or archive that POSTERN_ENGINE=external links")
set(POSTERN_SANITIZE "" CACHE STRING "Sanitizers for what is under test: address,undefined")
unset(_engine)

# Tracing comparisons takes 40 % of the time of a session, and the dictionary knows most of what it teaches. A build with
# it finds what no other can: turn it on now and then. Where $LIB_FUZZING_ENGINE is set, the flags given have it.
option(POSTERN_TRACE_CMP "POSTERN_ENGINE=libfuzzer learns from every comparison that the parser makes" OFF)

set(_compile "")
set(_link "")
if(POSTERN_ENGINE STREQUAL "replay")
elseif(POSTERN_ENGINE STREQUAL "libfuzzer")
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "POSTERN_ENGINE=libfuzzer needs clang, and the compiler is ${CMAKE_C_COMPILER}.\n"
      "Configure a fresh folder with: cmake --preset libfuzzer\n"
      "or, without clang, replay inputs with: scripts/reproduce FILE")
  endif()
  # clang makes a memset of a few members that become 0 one after the other. Under ASan that is a call which checks what
  # it is given, and costs more than the stores, which are checked as well.
  set(_compile -fsanitize=fuzzer-no-link -fno-omit-frame-pointer -fno-builtin-memset)
  if(NOT POSTERN_TRACE_CMP)
    list(APPEND _compile -fno-sanitize-coverage=trace-cmp)
  endif()
  set(_link -fsanitize=fuzzer)
elseif(POSTERN_ENGINE STREQUAL "afl")
  if(NOT CMAKE_C_COMPILER MATCHES "afl-(clang-fast|clang-lto|cc)(\\+\\+)?$")
    message(FATAL_ERROR "POSTERN_ENGINE=afl needs AFL++'s compiler afl-clang-fast, and the compiler is "
      "${CMAKE_C_COMPILER}.\nConfigure a fresh folder with: cmake --preset afl")
  endif()
  set(_link -fsanitize=fuzzer)
elseif(POSTERN_ENGINE STREQUAL "external")
  if(POSTERN_ENGINE_LINK STREQUAL "")
    message(FATAL_ERROR "POSTERN_ENGINE=external links what $LIB_FUZZING_ENGINE holds, and it holds nothing.\n"
      "Set it to a flag (-fsanitize=fuzzer) or to the path of an engine's archive before cmake runs.")
  endif()
  separate_arguments(_link UNIX_COMMAND "${POSTERN_ENGINE_LINK}")
else()
  message(FATAL_ERROR "POSTERN_ENGINE is replay, libfuzzer, afl or external, not '${POSTERN_ENGINE}'")
endif()

if(POSTERN_ENGINE STREQUAL "external" AND POSTERN_SANITIZE)
  message(FATAL_ERROR "POSTERN_SANITIZE is for local engines. With POSTERN_ENGINE=external the sanitizer comes in "
    "CFLAGS and CXXFLAGS, and a second one would spoil the build.")
endif()
if(POSTERN_SANITIZE)
  list(APPEND _compile -fsanitize=${POSTERN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  list(APPEND _link -fsanitize=${POSTERN_SANITIZE})
endif()

set(POSTERN_ENGINE_COMPILE_FLAGS ${_compile})
set(POSTERN_ENGINE_LINK_FLAGS ${_link})
message(STATUS "Fuzz engine: ${POSTERN_ENGINE} ${_link}")

# Every engine but our own is C++ inside, so that a C++ linker joins the harness to it.
if(NOT POSTERN_ENGINE STREQUAL "replay")
  enable_language(CXX)
endif()

# postern_instrumented(TARGET...): coverage for the engine, and the sanitizers. For what is under test.
function(postern_instrumented)
  foreach(target IN LISTS ARGN)
    target_compile_options(${target} PRIVATE ${POSTERN_ENGINE_COMPILE_FLAGS})
  endforeach()
endfunction()

# postern_uninstrumented(TARGET...): neither, whatever the compiler or CFLAGS would add. For what judges. MSan is the
# exception: it takes whatever it did not see written for uninitialised.
function(postern_uninstrumented)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  foreach(target IN LISTS ARGN)
    if(POSTERN_ENGINE STREQUAL "afl")
      set_target_properties(${target} PROPERTIES C_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;AFL_NOOPT=1")
    elseif(POSTERN_ENGINE STREQUAL "external" AND CMAKE_C_COMPILER MATCHES "afl-")
      set_target_properties(${target} PROPERTIES C_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;AFL_NOOPT=1")
    elseif(POSTERN_ENGINE STREQUAL "external" AND CMAKE_C_COMPILER_ID MATCHES "Clang"
           AND NOT CMAKE_C_FLAGS MATCHES "-fsanitize=[a-z,]*memory")
      target_compile_options(${target} PRIVATE -fno-sanitize=all)
      if(CMAKE_C_FLAGS MATCHES "-fsanitize-coverage=([^ ]+)") # honggfuzz asks for it by name
        target_compile_options(${target} PRIVATE -fno-sanitize-coverage=${CMAKE_MATCH_1})
      endif()
    endif()
  endforeach()
endfunction()
