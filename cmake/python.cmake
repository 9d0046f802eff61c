# The Python package (ctypes, no compiler): python/spinodal, with type stubs written from the registry where there is numpy.
set(SPINODAL_PYTHON_DIR ${CMAKE_INSTALL_DATADIR}/spinodal/python CACHE STRING "where the Python package is installed")
set(package ${SPINODAL_PYTHON_DIR}/spinodal)
install(DIRECTORY python/spinodal DESTINATION ${SPINODAL_PYTHON_DIR} FILES_MATCHING PATTERN "*.py" PATTERN "py.typed"
  PATTERN "__pycache__" EXCLUDE)

# The library as seen from the installed package.
get_filename_component(package_full "${package}" ABSOLUTE BASE_DIR "${CMAKE_INSTALL_PREFIX}")
file(RELATIVE_PATH library_from_package "${package_full}" "${CMAKE_INSTALL_FULL_LIBDIR}/libspinodal.so.0")
file(WRITE ${CMAKE_BINARY_DIR}/generated-python/_installed.py "library = \"${library_from_package}\"\n")
install(FILES ${CMAKE_BINARY_DIR}/generated-python/_installed.py DESTINATION ${package})

set(SPINODAL_PYTHON "" CACHE FILEPATH "python3 with numpy")
foreach(python ${SPINODAL_PYTHON} /usr/bin/python3 python3)
  execute_process(COMMAND ${python} -c "import numpy" RESULT_VARIABLE without_numpy OUTPUT_QUIET ERROR_QUIET)
  if(without_numpy EQUAL 0)
    set(stubs ${CMAKE_BINARY_DIR}/generated-python/__init__.pyi)
    file(GLOB package_sources CONFIGURE_DEPENDS python/spinodal/*.py)
    if(NOT SPINODAL_SANITIZE AND NOT SPINODAL_FUZZ)
      add_custom_command(OUTPUT ${stubs} DEPENDS spinodal_shared ${package_sources} COMMENT "Python type stubs"
        COMMAND ${CMAKE_COMMAND} -E env SPINODAL_LIBRARY=$<TARGET_FILE:spinodal_shared> PYTHONDONTWRITEBYTECODE=1
          PYTHONPATH=${CMAKE_SOURCE_DIR}/python ${python} -m spinodal.stubs ${stubs})
      add_custom_target(python_stubs ALL DEPENDS ${stubs})
      install(FILES ${stubs} DESTINATION ${package})
    endif()
    return()
  endif()
endforeach()
message(STATUS "python3 with numpy: not found, the Python package is installed without type stubs")
