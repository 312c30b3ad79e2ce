# Everything comes from the system. A missing package is one line that names what to install.
function(expcore_need package found)
  if(NOT ${found})
    message(FATAL_ERROR "expcore needs ${package}: apt-get install ${package}")
  endif()
endfunction()

find_package(Threads REQUIRED)
find_program(PKG_CONFIG_EXECUTABLE pkg-config)
expcore_need(pkg-config PKG_CONFIG_EXECUTABLE)
find_package(PkgConfig REQUIRED QUIET)
find_package(fmt 9 QUIET)
expcore_need(libfmt-dev fmt_FOUND)

# One line a library: name of the imported target, pkg-config module, Debian package.
function(expcore_pkg name module package)
  pkg_check_modules(${name} QUIET IMPORTED_TARGET GLOBAL "${module}")
  expcore_need(${package} ${name}_FOUND)
endfunction()
expcore_pkg(libyaml "yaml-0.1>=0.2.2" libyaml-dev)
expcore_pkg(libgit2 "libgit2>=1.5" libgit2-dev)
expcore_pkg(xxhash "libxxhash>=0.8" libxxhash-dev)
expcore_pkg(sqlite3 "sqlite3>=3.38" libsqlite3-dev)
expcore_pkg(libmd "libmd>=1.0" libmd-dev)
expcore_pkg(libz "zlib>=1.2" zlib1g-dev)
expcore_pkg(tomlplusplus "tomlplusplus>=3.0" libtomlplusplus-dev)

set(EXPCORE_DEPENDENCIES Threads::Threads fmt::fmt PkgConfig::libyaml PkgConfig::libgit2
  PkgConfig::xxhash PkgConfig::sqlite3 PkgConfig::libmd PkgConfig::libz PkgConfig::tomlplusplus)

# Sets EXPCORE_LATE_<LIBRARY>, the soname under which a library is loaded when it is first needed; empty: at start-up, by
# the linker (docs/decisions/start-up.md).
function(expcore_late name library)
  string(TOUPPER EXPCORE_LATE_${name} variable)
  if(DEFINED ${variable})
    return()
  endif()
  find_library(${name}_file ${library} HINTS ${${name}_LIBRARY_DIRS} ${${name}_LIBDIR})
  set(soname)
  if(UNIX AND NOT APPLE AND CMAKE_READELF AND ${name}_file)
    execute_process(COMMAND ${CMAKE_READELF} -d ${${name}_file} OUTPUT_VARIABLE dynamic ERROR_QUIET)
    string(REGEX MATCH "SONAME[^[]*.(${name}[^]]*)." matched "${dynamic}")
    set(soname "${CMAKE_MATCH_1}")
  endif()
  set(${variable} "${soname}" CACHE STRING "soname of ${name} to load late")
endfunction()
expcore_late(libgit2 git2)
expcore_late(libmd md)
expcore_late(libz z)
