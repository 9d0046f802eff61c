# Headers, libraries, program, pkg-config file, CMake package; man pages and completions written by the program itself.
set(generated ${CMAKE_BINARY_DIR}/generated)
add_custom_command(OUTPUT ${generated}/spinodal.bash COMMAND spinodal commands --generate ${generated} DEPENDS spinodal
  COMMENT "Man pages, completions and reference pages")
add_custom_target(generated ALL DEPENDS ${generated}/spinodal.bash)

install(TARGETS spinodal RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS spinodal_shared spinodal_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${generated}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(DIRECTORY ${generated}/reference DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${generated}/spinodal.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME spinodal)
install(FILES ${generated}/_spinodal DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)

configure_file(cmake/spinodal.pc.in spinodal.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/spinodal.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

include(CMakePackageConfigHelpers)
write_basic_package_version_file(spinodal-config-version.cmake COMPATIBILITY SameMajorVersion)
file(RELATIVE_PATH SPINODAL_UP ${CMAKE_INSTALL_FULL_LIBDIR}/cmake/spinodal ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/spinodal-config.cmake.in spinodal-config.cmake @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/spinodal-config.cmake ${CMAKE_BINARY_DIR}/spinodal-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/spinodal)
