#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>

#include <expcore/executor.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"

namespace expcore::test {

/// A "cluster" of shell scripts that runs jobs in the background of this machine. It has a file
/// `jobs/<id>` for each that waits or runs, and notes what was asked in `calls`.
struct FakeCluster {
  TempDir dir;

  FakeCluster() {
    dir.write("cluster.sh", R"sh(
dir=${0%/*}
echo "$*" >> "$dir/calls"
mkdir -p "$dir/jobs"
state=$dir/jobs/$2
case $1 in
submit)
  id=j$$
  : > "$dir/jobs/$id"
  (setsid sh -c 'echo $$ > "$3"; sh "$1" > "$2" 2>&1; rm -f "$3"' sh "$2" "$3" "$dir/jobs/$id" \
    < /dev/null > /dev/null 2>&1 &)
  echo "Submitted $id"
  ;;
poll)
  if [ -e "$dir/trouble" ]; then rm "$dir/trouble"; echo "no answer" >&2; exit 7; fi
  [ -e "$state" ]
  ;;
cancel)
  while [ -e "$state" ] && [ ! -s "$state" ]; do sleep .01; done
  kill -TERM -"$(cat "$state")"
  rm -f "$state"
  ;;
esac
)sh");
  }

  std::string command(const std::string& rest) const {
    return fmt::format("sh {}/cluster.sh {}", dir.path(), rest);
  }

  CommandExecutorOptions options() const {
    CommandExecutorOptions options;
    options.name = "fake";
    options.submit = command("submit {script} {log} {name} {cpus} {memory_mib} {gpus} {seconds}");
    options.poll = command("poll {id}");
    options.cancel = command("cancel {id}");
    options.capabilities.poll_interval = std::chrono::milliseconds(20);
    return options;
  }

  /// As `.dvc/expcore.yaml` has it.
  std::string settings() const {
    const auto given = options();
    return fmt::format(
        "executors:\n  fake:\n    submit: '{}'\n    poll: '{}'\n    cancel: '{}'\n"
        "    poll_interval: 20ms\n",
        given.submit, given.poll, given.cancel);
  }

  std::size_t alive() const {
    return fs::is_directory(dir / "jobs") ? fs::list_directory(dir / "jobs").size() : 0;
  }
  /// Whether nothing waits or runs any more. A job is in the list for a moment after its end.
  bool becomes_idle() const {
    for (int i = 0; i < 1000 && alive() > 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return alive() == 0;
  }
  std::string calls() const { return fs::read_file_if_exists(dir / "calls").value_or(""); }
};

}  // namespace expcore::test
