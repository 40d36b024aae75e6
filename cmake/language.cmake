# How everything is compiled, in the whole tree and in a part of it that builds by itself (nas/).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# All executables land in one folder, so that programs find each other, and their data, beside
# themselves.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(QALAM_SANITIZE "" CACHE STRING "Value for -fsanitize=, e.g. address,undefined or thread")
include(${CMAKE_CURRENT_LIST_DIR}/compiler.cmake)
