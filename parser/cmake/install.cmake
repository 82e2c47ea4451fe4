# SPDX-License-Identifier: MIT
# Installs libpostern: the library, its headers, the CMake package `postern` and postern.pc.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS postern_parser EXPORT postern-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/postern DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

set(_package ${CMAKE_INSTALL_LIBDIR}/cmake/postern)
install(EXPORT postern-targets NAMESPACE postern:: DESTINATION ${_package})
configure_package_config_file(cmake/postern-config.cmake.in postern-config.cmake INSTALL_DESTINATION ${_package})
write_basic_package_version_file(postern-config-version.cmake VERSION ${POSTERN_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/postern-config.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/postern-config-version.cmake" DESTINATION ${_package})

# The prefix is found from where postern.pc lies, so that an installed tree may be moved; not so where somebody has
# named the library's folder in full.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(POSTERN_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH POSTERN_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" POSTERN_PC_PREFIX "\${pcfiledir}/${POSTERN_PC_PREFIX}")
endif()
foreach(dir IN ITEMS INCLUDEDIR LIBDIR)
  set(POSTERN_PC_${dir} "${CMAKE_INSTALL_${dir}}")
  if(NOT IS_ABSOLUTE "${POSTERN_PC_${dir}}")
    set(POSTERN_PC_${dir} "\${prefix}/${POSTERN_PC_${dir}}")
  endif()
endforeach()
configure_file(cmake/postern.pc.in postern.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/postern.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
unset(_package)
