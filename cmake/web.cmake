# The web UI: `web` runs npm, and the executable holds what that makes. Sets QALAM_WEB_FOLDER, and
# QALAM_WEB_FILES to what must be made before the folder is complete.
option(QALAM_WEB "Build the web UI, which needs npm, and put it into the executable" ON)
find_program(NPM_PROGRAM npm)
set(web_source ${CMAKE_SOURCE_DIR}/web)
set(QALAM_WEB_FOLDER ${CMAKE_CURRENT_BINARY_DIR}/no-web)
set(QALAM_WEB_FILES)
if(NOT QALAM_WEB OR NOT EXISTS ${web_source}/package.json)
  return()
endif()
if(NOT NPM_PROGRAM)
  message(WARNING "npm is not there: the web UI is left out (install npm, or say -DQALAM_WEB=OFF)")
  return()
endif()

set(web_stamps ${CMAKE_BINARY_DIR}/web)
file(MAKE_DIRECTORY ${web_stamps})
add_custom_command(
  OUTPUT ${web_stamps}/installed
  COMMAND ${NPM_PROGRAM} ci --no-audit --no-fund
  COMMAND ${CMAKE_COMMAND} -E touch ${web_stamps}/installed
  DEPENDS ${web_source}/package.json ${web_source}/package-lock.json
  WORKING_DIRECTORY ${web_source}
  COMMENT "Installing what the web UI is made with"
  VERBATIM)
file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web_source}/src/* ${web_source}/public/*)
file(GLOB web_settings CONFIGURE_DEPENDS ${web_source}/index.html ${web_source}/*.ts
     ${web_source}/tsconfig*.json)
list(FILTER web_sources EXCLUDE REGEX "\\.test\\.tsx?$")
add_custom_command(
  OUTPUT ${web_stamps}/built
  COMMAND ${NPM_PROGRAM} run build
  COMMAND ${CMAKE_COMMAND} -E touch ${web_stamps}/built
  DEPENDS ${web_stamps}/installed ${web_sources} ${web_settings}
  WORKING_DIRECTORY ${web_source}
  COMMENT "Building the web UI"
  VERBATIM)
add_custom_target(web DEPENDS ${web_stamps}/built)
set(QALAM_WEB_FOLDER ${web_source}/dist)
set(QALAM_WEB_FILES ${web_stamps}/built)
