# Designated initialisers name what they set; the rest is meant to keep its default.
add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers)
# Includes are written from the root of the tree.
get_filename_component(QALAM_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
include_directories(${QALAM_ROOT})

# Several files are compiled as one: what a file of three lines costs that sees gRPC, Catch2 or Eigen
# is seconds, nearly all of them for templates that each would instantiate anew. So no two files of a
# target give one name to different things, not even in unnamed namespaces. Off while working on few
# files: -DCMAKE_UNITY_BUILD=OFF.
set(CMAKE_UNITY_BUILD ON CACHE BOOL "Compile several files of a target as one")
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
if(CMAKE_UNITY_BUILD)
  # An implementation behind a pointer may hold what only its own file knows, but g++ takes each file
  # of several for a header.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

if(QALAM_SANITIZE)
  add_compile_options(-fsanitize=${QALAM_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${QALAM_SANITIZE})
endif()
if(QALAM_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # By this name protobuf's headers give maps two fields more, which Debian's library does not know
  # of. The standard library still must.
  add_compile_options(-U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
endif()
# Only with clang: tests/fuzz/CMakeLists.txt.
option(QALAM_FUZZ "Instrument everything for libFuzzer, and build the fuzz targets with it" OFF)
if(QALAM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Werror=thread-safety)
endif()

# ccache must be told that a precompiled header is safe to key on, or it never hits. Another checkout,
# as a worktree's or CI's, finds what this one has compiled: what is in the tree is keyed on by its
# path from the tree's top, and the build folder's own name does not count.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CCACHE_PROGRAM})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()
