# Shared by the steps: where things are and how results are reported.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
jobs=${EXPCORE_JOBS:-$(nproc)}
# What was compiled in one folder serves in another as deep.
export CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1

# report PASSED FAILED NAME: counts for the closing line; fails when something failed.
report() {
  echo "$1 $2 $3" >> "${EXPCORE_RESULTS:-/dev/null}"
  echo "$3: $1 passed, $2 failed"
  return 0
}

# check NAME COMMAND…: one check that passes or fails.
check() {
  local name=$1
  shift
  if "$@"; then report 1 0 "$name"; else report 0 1 "$name"; fi
}

# What the steps after `build` look at: the library and the program as users get them.
built=build/release

# configure PRESET [OPTIONS…] and build it, or what `targets` names of it.
targets=()
build_preset() {
  local preset=$1
  shift
  echo "+ cmake --preset $preset $*"
  cmake --preset "$preset" "$@" > "build-$preset.log" 2>&1 || { cat "build-$preset.log"; rm -f "build-$preset.log"; return 1; }
  rm -f "build-$preset.log"
  echo "+ cmake --build build/$preset"
  cmake --build "build/$preset" ${targets[@]:+--target "${targets[@]}"} -- -j"$jobs" | tail -n 3
}

# run_ctest PRESET [CTEST OPTIONS…]: runs the tests and reports their number.
run_ctest() {
  local preset=$1 log
  shift
  log=$(mktemp)
  local code=0
  ctest --test-dir "build/$preset" --output-on-failure -j"$jobs" "$@" > "$log" 2>&1 || code=$?
  local failed passed total
  total=$(sed -n 's/.*tests failed out of \([0-9]*\).*/\1/p' "$log" | tail -n 1)
  failed=$(sed -n 's/.*, \([0-9]*\) tests failed out of.*/\1/p' "$log" | tail -n 1)
  if [ -z "$total" ]; then cat "$log"; rm -f "$log"; return 1; fi
  passed=$((total - failed))
  if [ "$code" -ne 0 ]; then grep -vE '^ *[0-9]+/[0-9]+ Test +#.*Passed|^ +Start' "$log" | tail -n 120; fi
  rm -f "$log"
  report "$passed" "$failed" "tests of $preset"
}
