# SPDX-License-Identifier: MIT
# The target postern_tls, with what stands on OpenSSL 3: tls.c, and the law of fuzz_starttls. It is not there when
# OpenSSL's headers are not, when what is there is for another machine, or when MSan would have to see OpenSSL itself
# instrumented; POSTERN_TLS=OFF leaves it out too.

set(_tls ON)
if("${POSTERN_SANITIZE} ${CMAKE_C_FLAGS}" MATCHES "memory")
  set(_tls OFF)
  set(_why "MSan needs an OpenSSL that is built with it")
endif()
option(POSTERN_TLS "Build fuzz_starttls, which needs OpenSSL 3" ${_tls})

if(POSTERN_TLS)
  # A fuzzing service runs the harness where OpenSSL may not be installed.
  if(POSTERN_ENGINE STREQUAL "external")
    set(OPENSSL_USE_STATIC_LIBS ON)
  endif()
  find_package(OpenSSL 3 QUIET COMPONENTS SSL Crypto)
  set(_why "OpenSSL 3 was not found (Debian: libssl-dev)")
  if(OpenSSL_FOUND)
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_LIBRARIES OpenSSL::SSL)
    check_c_source_compiles("#include <openssl/ssl.h>\nint main(void) { return TLS_method() == 0; }" POSTERN_TLS_LINKS)
    unset(CMAKE_REQUIRED_LIBRARIES)
    set(_why "the OpenSSL that was found is not for this machine (-m32 on 64 bits?)")
  endif()
elseif(NOT _why)
  set(_why "POSTERN_TLS is off")
endif()

if(POSTERN_TLS AND OpenSSL_FOUND AND POSTERN_TLS_LINKS)
  add_library(postern_tls STATIC tls.c starttls.c)
  target_include_directories(postern_tls PUBLIC .)
  target_link_libraries(postern_tls PUBLIC postern_fuzz PRIVATE OpenSSL::SSL)
  postern_warnings(postern_tls)
  postern_uninstrumented(postern_tls)
else()
  leave_out_harness(fuzz_starttls "${_why}")
endif()
unset(_tls)
unset(_why)
