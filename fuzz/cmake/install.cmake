# SPDX-License-Identifier: MIT
# Installs the toolkit for harnesses of other projects: headers, libraries, the dictionary of sessions.
# What it installs is not instrumented, and serves any compiler and engine. README.md has the commands that use it.
include(GNUInstallDirs)

install(DIRECTORY include/postern/fuzz DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/postern COMPONENT toolkit
  FILES_MATCHING PATTERN "*.h")
install(TARGETS postern_fuzz postern_replay postern_mutate ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  COMPONENT toolkit)
install(FILES "$<TARGET_FILE:postern_mutate_libfuzzer_session>" DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT toolkit
  OPTIONAL) # a build with POSTERN_MUTATOR has it
install(FILES "${PROJECT_BINARY_DIR}/harnesses/fuzz_session.dict" DESTINATION ${CMAKE_INSTALL_DATADIR}/postern
  RENAME session.dict COMPONENT toolkit OPTIONAL)
