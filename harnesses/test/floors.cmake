# SPDX-License-Identifier: MIT
# Law of the house: dependencies run one way, parser <- fuzz <- harnesses, and the model knows nothing of the parser.
# Libraries from outside, OpenSSL and the like, stand behind harnesses alone.
# What a source includes is asked of the compiler, so that an include by a detour counts too.
# In: CC, ROOT (source tree).

cmake_minimum_required(VERSION 3.25)
# Each room, and the rooms whose files it must not see.
set(rooms parser/src parser/include/postern fuzz/src fuzz/src/model fuzz/src/oracle fuzz/src/mutate fuzz/include/postern/fuzz)
set(forbidden_parser/src "fuzz|harnesses")
set(forbidden_parser/include/postern "fuzz|harnesses")
set(forbidden_fuzz/src "harnesses|parser/src")
set(forbidden_fuzz/src/oracle "harnesses|parser/src")
set(forbidden_fuzz/src/mutate "harnesses|parser/src")
set(forbidden_fuzz/src/model "harnesses|parser")
set(forbidden_fuzz/include/postern/fuzz "harnesses|parser/src")

set(wrong "")
set(count 0)
foreach(room IN LISTS rooms)
  file(GLOB files "${ROOT}/${room}/*.[ch]")
  foreach(file IN LISTS files)
    execute_process(COMMAND ${CC} -std=c11 -D_GNU_SOURCE -I${ROOT}/parser/include -I${ROOT}/fuzz/include
      -I${ROOT}/fuzz/src -I${ROOT}/parser/src -MM ${file} OUTPUT_VARIABLE seen COMMAND_ERROR_IS_FATAL ANY)
    math(EXPR count "${count} + 1")
    file(STRINGS ${file} outside REGEX "^ *# *include *<(openssl|uv|jansson|pcap)[./]")
    if(outside)
      string(APPEND wrong "${file} knows a library that only harnesses may link: ${outside}\n")
    endif()
    string(REGEX REPLACE "[ \\\n]+" ";" seen "${seen}")
    foreach(path IN LISTS seen)
      get_filename_component(path "${path}" ABSOLUTE)
      if(path MATCHES "^${ROOT}/(${forbidden_${room}})/")
        string(APPEND wrong "${file} sees ${path}\n")
      endif()
    endforeach()
  endforeach()
endforeach()
if(count EQUAL 0)
  message(FATAL_ERROR "no source was found in ${ROOT}")
endif()
if(wrong)
  message(FATAL_ERROR "An arrow that points up:\n${wrong}")
endif()
message(STATUS "${count} files, no arrow up")
