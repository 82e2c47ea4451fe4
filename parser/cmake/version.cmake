# SPDX-License-Identifier: MIT
# Sets POSTERN_VERSION from the public header, which is the one place where the version is written.

file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../include/postern/base.h" _line REGEX "define POSTERN_VERSION_STRING")
string(REGEX REPLACE ".*\"([0-9]+\\.[0-9]+\\.[0-9]+)\".*" "\\1" POSTERN_VERSION "${_line}")
unset(_line)
