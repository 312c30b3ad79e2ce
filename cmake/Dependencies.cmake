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
expcore_pkg(libcrypto "libcrypto>=1.1" libssl-dev)
expcore_pkg(tomlplusplus "tomlplusplus>=3.0" libtomlplusplus-dev)

set(EXPCORE_DEPENDENCIES Threads::Threads fmt::fmt PkgConfig::libyaml PkgConfig::libgit2
  PkgConfig::xxhash PkgConfig::sqlite3 PkgConfig::libcrypto PkgConfig::tomlplusplus)

# The name under which libgit2 is loaded when it is first needed; empty: at start-up, by the linker.
if(NOT DEFINED EXPCORE_LATE_LIBGIT2)
  find_library(libgit2_file git2 HINTS ${libgit2_LIBRARY_DIRS} ${libgit2_LIBDIR})
  set(soname)
  if(UNIX AND NOT APPLE AND CMAKE_READELF AND libgit2_file)
    execute_process(COMMAND ${CMAKE_READELF} -d ${libgit2_file} OUTPUT_VARIABLE dynamic ERROR_QUIET)
    string(REGEX MATCH "SONAME[^[]*.(libgit2[^]]*)." matched "${dynamic}")
    set(soname "${CMAKE_MATCH_1}")
  endif()
  set(EXPCORE_LATE_LIBGIT2 "${soname}" CACHE STRING "soname of libgit2 to load late")
endif()
