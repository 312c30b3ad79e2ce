#include "fs/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "fs/descriptor.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

TEST_SUITE("fs/file") {
  TEST_CASE("a missing file is nothing to stat and not_found to read") {
    const TempDir dir;
    CHECK_FALSE(fs::stat(dir / "nope"));
    CHECK_FALSE(fs::read_file_if_exists(dir / "nope/below"));
    try {
      fs::read_file(dir / "nope");
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == Errc::not_found);
      CHECK(std::string(error.what()) ==
            "[Errno 2] No such file or directory: '" + (dir / "nope") + "'");
    }
  }
  TEST_CASE("a pipe or a device is refused, not waited for") {
    const TempDir dir;
    REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
    fs::symlink("/dev/zero", dir / "zero");
    for (const char* name : {"pipe", "zero"}) {
      const std::string path = dir / name;
      CHECK_THROWS_WITH_AS(fs::read_file(path),
                           ("cannot read '" + path + "': it is a pipe or a device").c_str(), Error);
    }
  }
  TEST_CASE("write_atomic replaces the content and keeps the mode") {
    const TempDir dir;
    const std::string path = dir.write("f", "old");
    ::chmod(path.c_str(), 0640);
    fs::write_atomic(path, "new", fs::Durability::full);
    CHECK(dir.read("f") == "new");
    CHECK(fs::stat(path)->mode == 0640);
    CHECK(fs::list_directory(dir.path()).size() == 1);
  }
  TEST_CASE("write_atomic takes away what a process left that died while it wrote") {
    const TempDir dir;
    dir.write(".f.tmp", "half");
    fs::write_atomic(dir / "f", "new");
    CHECK(dir.read("f") == "new");
    CHECK(fs::list_directory(dir.path()).size() == 1);
  }
  TEST_CASE("write_atomic leaves alone what another process is writing") {
    const TempDir dir;
    dir.write(".f.tmp", "half");
    const fs::Descriptor other = fs::open_file(dir / ".f.tmp", O_WRONLY);
    REQUIRE(::flock(other.get(), LOCK_EX | LOCK_NB) == 0);
    fs::write_atomic(dir / "f", "new");
    CHECK(dir.read("f") == "new");
    CHECK(dir.read(".f.tmp") == "half");
  }
  TEST_CASE("write_atomic through a link to nothing makes the file it leads to") {
    TempDir dir;
    fs::make_directories(dir / "real");
    fs::symlink("second", dir / "first");
    fs::symlink("real/file", dir / "second");
    fs::write_atomic(dir / "first", "new");
    CHECK(fs::read_file(dir / "real/file") == "new");
    CHECK(fs::stat(dir / "first", fs::Follow::no)->kind == fs::Kind::symlink);
    CHECK(fs::stat(dir / "second", fs::Follow::no)->kind == fs::Kind::symlink);
    fs::symlink("loop", dir / "loop");
    CHECK_THROWS_AS(fs::write_atomic(dir / "loop", "new"), Error);
  }
  TEST_CASE("write_atomic through a link changes the file, not the link") {
    const TempDir dir;
    dir.write("target", "old");
    fs::symlink("target", dir / "link");
    fs::write_atomic(dir / "link", "new");
    CHECK(dir.read("target") == "new");
    CHECK(fs::stat(dir / "link", fs::Follow::no)->kind == fs::Kind::symlink);
  }
  TEST_CASE("remove_tree does not follow links and opens closed folders") {
    const TempDir dir;
    dir.write("outside/kept", "x");
    dir.write("tree/a/b", "x");
    fs::symlink(dir / "outside", dir / "tree/link");
    fs::chmod(dir / "tree/a", 0500);
    fs::remove_tree(dir / "tree");
    CHECK_FALSE(fs::exists(dir / "tree"));
    CHECK(fs::exists(dir / "outside/kept"));
    fs::remove_tree(dir / "tree");  // missing is fine
  }
  TEST_CASE("copy_file gives the new file the mode asked for and refuses an existing one") {
    const TempDir dir;
    dir.write("a", std::string(3 << 20U, 'x'));
    fs::copy_file(dir / "a", dir / "b", 0600);
    CHECK(fs::stat(dir / "b")->mode == 0600);
    CHECK(dir.read("b").size() == (3U << 20U));
    CHECK_THROWS_AS(fs::copy_file(dir / "a", dir / "b", 0600), Error);
    CHECK(fs::exists(dir / "b"));
  }
  TEST_CASE("link says whether the name was free") {
    const TempDir dir;
    dir.write("a", "x");
    CHECK(fs::link(dir / "a", dir / "b"));
    CHECK_FALSE(fs::link(dir / "a", dir / "b"));
  }
  TEST_CASE("the umask is read without being changed") {
    const auto before = ::umask(027);
    CHECK(fs::umask() == 027);
    CHECK(::umask(before) == 027);
  }
  TEST_CASE("two small files take turns and get no shorter") {
    const TempDir dir;
    const std::string path = dir / "f";
    fs::write_swapped(path, "{}");
    const auto first = fs::stat(path)->inode;
    fs::write_swapped(path, R"({"a": 1})");
    const auto second = fs::stat(path)->inode;
    CHECK(second != first);
    CHECK(fs::stat(path + ".spare")->inode == first);
    fs::write_swapped(path, "{}");
    CHECK(fs::stat(path)->inode == first);
    const std::string text = fs::read_file(path);
    CHECK(text.size() == 512);
    CHECK(text.find_last_not_of(' ') == 1);
    fs::write_swapped(path, std::string(600, 'x'));
    CHECK(fs::read_file(path).size() == 1024);
    fs::write_swapped(path, "{}");
    fs::write_swapped(path, "[]");
    CHECK(fs::read_file(path).starts_with("[] "));
  }
  TEST_CASE("a spare that somebody left half-written is no hindrance") {
    const TempDir dir;
    dir.write("f", "{}");
    dir.write("f.spare", R"({"wri)");
    fs::write_swapped(dir / "f", "[]");
    const std::string text = dir.read("f");
    CHECK(text.substr(0, text.find(' ')) == "[]");
    CHECK(dir.read("f.spare") == "{}");
  }
  TEST_CASE("a file is appended to whole") {
    const TempDir dir;
    const std::string path = dir.write("f", "begin");
    fs::append_whole(path, " end");
    CHECK(fs::read_file(path) == "begin end");
    CHECK_THROWS_AS(fs::append_whole(dir / "none", "x"), Error);
  }
}
