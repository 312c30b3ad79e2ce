#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "faulty_system.hpp"
#include "fs/file.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

namespace {

const std::string old_text(3000, 'o');
const std::string new_text(5001, 'n');

/// Something done with `old`, a file, or `new`, which is not there; what came of it.
struct Operation {
  const char* name;
  std::function<std::string(const TempDir&)> run;
};

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = {
      {"read_file", [](const TempDir& dir) { return fs::read_file(dir / "old"); }},
      {"write_atomic",
       [](const TempDir& dir) {
         fs::write_atomic(dir / "old", new_text, fs::Durability::full);
         return std::string();
       }},
      {"write_atomic beside a leftover",
       [](const TempDir& dir) {
         fs::append(dir / ".old.tmp", "half");
         fs::write_atomic(dir / "old", new_text);
         return std::string();
       }},
      {"write_new",
       [](const TempDir& dir) {
         fs::write_new(dir / "new", dir / "staging", new_text);
         return std::string();
       }},
      {"write_swapped",
       [](const TempDir& dir) {
         fs::write_swapped(dir / "old", new_text);
         return std::string();
       }},
      {"append_whole",
       [](const TempDir& dir) {
         fs::append_whole(dir / "old", new_text);
         return std::string();
       }},
      {"create",
       [](const TempDir& dir) {
         fs::create(dir / "new", new_text, 0444);
         return std::string();
       }},
      {"copy_file",
       [](const TempDir& dir) {
         fs::copy_file(dir / "old", dir / "new", 0640);
         return std::string();
       }},
      {"sync_file_system",
       [](const TempDir& dir) {
         fs::sync_file_system(dir.path());
         return std::string();
       }},
      {"Folder",
       [](const TempDir& dir) {
         const fs::Folder folder(dir.path());
         return std::to_string(folder.stat("old").value_or(fs::Stat{}).size);
       }},
  };
  return all;
}

struct Outcome {
  std::string result;  ///< Or the error.
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> calls;
  bool failed = false;

  bool same(const Outcome& other) const {
    return result == other.result && files == other.files && failed == other.failed;
  }
};

Outcome run(const Operation& operation, const std::string& fault) {
  const TempDir dir;
  dir.write("old", old_text);
  Outcome outcome;
  fs::system::arm(fault);
  try {
    outcome.result = operation.run(dir);
  } catch (const Error& error) {
    outcome.result = error.what();
    outcome.failed = true;
  }
  outcome.calls = fs::system::calls();
  fs::system::arm("");
  for (const auto& entry : fs::list_directory(dir.path()))
    outcome.files.emplace_back(entry.name, fs::read_file(dir / entry.name));
  std::sort(outcome.files.begin(), outcome.files.end());
  return outcome;
}

/// `check` sees what comes of `kind` at each call of one of these names.
void each(const std::set<std::string>& names, const char* kind,
          const std::function<void(const Outcome& whole, const Outcome& disturbed, std::size_t at)>&
              check) {
  std::set<std::string> seen;
  for (const auto& operation : operations()) {
    const Outcome whole = run(operation, "");
    REQUIRE_FALSE(whole.failed);
    for (std::size_t at = 0; at < whole.calls.size(); ++at) {
      if (!names.contains(whole.calls[at])) continue;
      seen.insert(whole.calls[at]);
      CAPTURE(operation.name);
      CAPTURE(whole.calls[at]);
      CAPTURE(at);
      check(whole, run(operation, fmt::format("{}:{}", at + 1, kind)), at);
    }
  }
  CHECK(seen == names);
}

}  // namespace

TEST_SUITE("fs/faults") {
  TEST_CASE("a call that a signal interrupts is made again") {
    each({"open", "open_write", "create", "read", "write", "copy_file_range", "fsync", "syncfs"},
         "eintr", [](const Outcome& whole, const Outcome& disturbed, std::size_t at) {
           CHECK(disturbed.same(whole));
           REQUIRE(disturbed.calls.size() > at + 1);
           CHECK(disturbed.calls[at + 1] == whole.calls[at]);
         });
  }
  TEST_CASE("what a call moved in part is moved to its end") {
    each({"read", "write", "copy_file_range"}, "part",
         [](const Outcome& whole, const Outcome& disturbed, std::size_t) {
           CHECK(disturbed.same(whole));
         });
  }
  TEST_CASE("a flush that failed is an error and not tried again") {
    each({"fsync", "syncfs"}, "eio",
         [](const Outcome& whole, const Outcome& disturbed, std::size_t at) {
           REQUIRE(disturbed.failed);
           CHECK(disturbed.result.starts_with("[Errno 5] Input/output error: '"));
           const auto flushes = [](const Outcome& outcome) {
             return std::count_if(outcome.calls.begin(), outcome.calls.end(),
                                  [](auto& call) { return call == "fsync" || call == "syncfs"; });
           };
           CHECK(flushes(disturbed) <= flushes(whole));
           const auto later = disturbed.calls.begin() + static_cast<std::ptrdiff_t>(at) + 1;
           CHECK(std::count(later, disturbed.calls.end(), whole.calls[at]) == 0);
         });
  }
  TEST_CASE("a file that could not be written, flushed or named keeps its former content") {
    for (const char* kind : {"eio", "enospc", "torn"}) {
      for (const auto& operation : operations()) {
        const std::size_t count = run(operation, "").calls.size();
        for (std::size_t at = 1; at <= count; ++at) {
          const Outcome disturbed = run(operation, fmt::format("{}:{}", at, kind));
          CAPTURE(operation.name);
          CAPTURE(kind);
          CAPTURE(at);
          if (!disturbed.failed) continue;
          const auto old = std::find_if(disturbed.files.begin(), disturbed.files.end(),
                                        [](const auto& file) { return file.first == "old"; });
          REQUIRE(old != disturbed.files.end());
          CHECK((old->second == old_text || old->second == new_text));
        }
      }
    }
  }
}
