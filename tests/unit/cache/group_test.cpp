#include "cache/group.hpp"

#include <string>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "cache/run_cache.hpp"
#include "cache/store.hpp"
#include "cache/use_lock.hpp"
#include "support/temp_dir.hpp"
#include "yaml/reader.hpp"

using namespace expcore;
using test::TempDir;

namespace {

/// A umask that takes from the group what `shared = group` gives it.
class Umask {
 public:
  Umask() : before_(::umask(077)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

std::uint32_t mode_of(const std::string& path) {
  struct stat raw {};
  return ::stat(path.c_str(), &raw) == 0 ? raw.st_mode & 07777U : 0;
}

}  // namespace

TEST_SUITE("cache/group") {
  TEST_CASE("in a shared cache the group can write to every folder that was made") {
    const TempDir dir;
    const Umask umask;
    const std::string root = dir / "deep/cache";
    hash::StateDb state("");
    const fs::DvcIgnore ignore(dir.path());
    cache::Store store({root, {cache::LinkType::copy}, true}, state);
    const auto use = store.use();
    dir.write("f", "hello");
    store.add(dir / "f", *cache::scan(dir / "f", hash::FileHash::md5, state, ignore));
    cache::RunCache(root, true)
        .save(
            yaml::parse_yaml("cmd: x\ndeps: [{path: d, md5: aaaa}]\nouts: [{path: o, md5: b}]\n"));

    int folders = 0;
    int runs = 0;
    CHECK(mode_of(dir / "deep") == cache::group_folder_mode);
    CHECK(mode_of(root) == cache::group_folder_mode);
    fs::walk(root, nullptr, [&](const fs::WalkEntry& entry) {
      CAPTURE(entry.relative);
      const bool is_work = entry.relative.starts_with("expcore-tmp/");
      if (entry.kind == fs::Kind::directory && !is_work) {
        CHECK(mode_of(entry.path) == cache::group_folder_mode);
        ++folders;
      } else if (entry.relative.starts_with("runs/")) {
        CHECK(mode_of(entry.path) == cache::group_file_mode);
        ++runs;
      }
    });
    CHECK(folders >= 6);  // files, md5, 5d; runs, two of its own; expcore-tmp
    CHECK(runs == 1);
  }
  TEST_CASE("a folder that was there keeps its mode") {
    const TempDir dir;
    fs::make_directories(dir / "a", 0700);
    cache::need_folder(dir / "a/b", true);
    CHECK(mode_of(dir / "a") == 0700U);
    CHECK(mode_of(dir / "a/b") == cache::group_folder_mode);
  }
  TEST_CASE("unprotected files of a shared cache are the group's") {
    const TempDir dir;
    const Umask umask;
    hash::StateDb state("");
    const fs::DvcIgnore ignore(dir.path());
    cache::Store store({dir / "cache", {cache::LinkType::hardlink}, true}, state);
    dir.write("own", "1");
    dir.write("run", "2");
    fs::chmod(dir / "run", 0700);
    dir.write("linked", "3");
    const auto scan = *cache::scan(dir / "linked", hash::FileHash::md5, state, ignore);
    store.add(dir / "linked", scan);
    store.relink(dir / "linked", scan, false);
    for (const char* name : {"own", "run", "linked"})
      store.unprotect(dir / name);
    CHECK(mode_of(dir / "own") == 0664U);
    CHECK(mode_of(dir / "run") == 0764U);
    CHECK(mode_of(dir / "linked") == 0664U);
  }
}
