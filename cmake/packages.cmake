include(${CMAKE_CURRENT_LIST_DIR}/packages_nas.cmake)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(muparser CONFIG REQUIRED)
find_package(Catch2 2 REQUIRED)
find_library(LBFGS_LIBRARY lbfgs REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(LibArchive REQUIRED)

# Debian's CMake file for it wants packages that only its other parts need.
find_library(PROMETHEUS_LIBRARY prometheus-cpp-core REQUIRED)

# Debian builds cpp-httplib as a library; the definitions must be those that it was built with.
find_library(HTTPLIB_LIBRARY cpp-httplib REQUIRED)
add_library(httplib INTERFACE)
target_link_libraries(httplib INTERFACE ${HTTPLIB_LIBRARY} Threads::Threads)
target_compile_definitions(httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_ZLIB_SUPPORT
  CPPHTTPLIB_BROTLI_SUPPORT)
