# Precompiled headers: what nearly every file includes is parsed once. They save a third of a debug build, and they hide
# a forgotten #include: the library gets them in the presets of daily work only, and the release build tells.
option(EXPCORE_PRECOMPILE "Precompile the headers that nearly every file of the library and the tests includes" OFF)

set(expcore_prelude <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <set>
  <string> <string_view> <unordered_map> <utility> <vector> <fmt/format.h>)

# expcore_precompile(TARGET [HEADERS…]): the prelude and HEADERS for a target.
function(expcore_precompile target)
  target_precompile_headers(${target} PRIVATE ${expcore_prelude} ${ARGN})
  expcore_let_ccache_precompile(${target})
endfunction()

# expcore_precompile_alike(TARGET GROUP [HEADERS…]): the same, when asked for, once for all targets of a group. They
# have the same flags; definitions that the first one lacks do no harm.
function(expcore_precompile_alike target group)
  if(NOT EXPCORE_PRECOMPILE)
    return()
  endif()
  get_property(first GLOBAL PROPERTY expcore_precompiled_${group})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
    expcore_let_ccache_precompile(${target})
  else()
    expcore_precompile(${target} ${ARGN})
    set_property(GLOBAL PROPERTY expcore_precompiled_${group} ${target})
  endif()
endfunction()

# ccache takes precompiled headers only when it may trust their content, and compilers only tell it with these.
function(expcore_let_ccache_precompile target)
  get_target_property(launcher ${target} CXX_COMPILER_LAUNCHER)
  if(launcher)
    set_target_properties(${target} PROPERTIES
      CXX_COMPILER_LAUNCHER "env;CCACHE_SLOPPINESS=pch_defines,time_macros;${launcher}")
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  else()
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()
