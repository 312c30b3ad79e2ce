#include "exp/kept.hpp"

#include <string>

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using exp::KeptTexts;

namespace {

const git::Id one = "1111111111111111111111111111111111111111";
const git::Id two = "2222222222222222222222222222222222222222";

void keep(const std::string& path, const git::Id& commit, const std::string& text) {
  KeptTexts(path, "test").keep(commit, text);
}

std::optional<std::string> kept(const std::string& path, const git::Id& commit,
                                const char* kind = "test") {
  KeptTexts texts(path, kind);
  const auto found = texts.find(commit);
  return found ? std::optional(std::string(*found)) : std::nullopt;
}

}  // namespace

TEST_SUITE("exp/kept") {
  TEST_CASE("what is kept is there for the next process, and the newest counts") {
    test::TempDir dir;
    const std::string path = dir / "new/kept";
    CHECK_FALSE(kept(path, one));
    keep(path, one, "first");
    keep(path, two, std::string("\0\n", 2));
    keep(path, one, "second");
    CHECK(kept(path, one) == "second");
    CHECK(kept(path, two) == std::string("\0\n", 2));
    CHECK_FALSE(kept(path, one, "of another kind"));
  }
  TEST_CASE("nothing is written twice") {
    test::TempDir dir;
    const std::string path = dir / "kept";
    KeptTexts late(path, "test");
    CHECK_FALSE(late.find(one));
    keep(path, one, "text");
    const auto size = fs::stat(path)->size;
    keep(path, one, "text");
    late.keep(one, "text");  // another process was faster
    late.flush();
    CHECK(fs::stat(path)->size == size);
  }
  TEST_CASE("two that write in turn lose nothing of each other") {
    test::TempDir dir;
    const std::string path = dir / "kept";
    {
      KeptTexts a(path, "test");
      KeptTexts b(path, "test");
      a.keep(one, "a");
      b.keep(two, "b");
    }
    CHECK(kept(path, one) == "a");
    CHECK(kept(path, two) == "b");
  }
  TEST_CASE("what is whole before a damage stays, and the file heals") {
    test::TempDir dir;
    const std::string path = dir / "kept";
    keep(path, one, "one");
    keep(path, two, "two");
    const std::string whole = fs::read_file(path);
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      fs::write_atomic(path, whole.substr(0, cut));
      kept(path, one);
      CHECK_FALSE(kept(path, two));
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
      fs::write_atomic(path, damaged);
      const auto found = kept(path, one);
      CHECK((!found || found == "one"));
      CHECK_FALSE(kept(path, two));
      keep(path, two, "two");
      CHECK(kept(path, two) == "two");
      CHECK(kept(path, one) == found);
    }
  }
  TEST_CASE("a place that cannot be written is no error") {
    test::TempDir dir;
    fs::write_atomic(dir / "file", "");
    keep(dir / "file/kept", one, "text");
    CHECK_FALSE(kept(dir / "file/kept", one));
  }
}
