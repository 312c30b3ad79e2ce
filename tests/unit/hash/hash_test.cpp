#include <doctest/doctest.h>

#include "hash/md5.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

TEST_SUITE("hash/md5") {
  TEST_CASE("known digests") {
    CHECK(hash::md5("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(hash::md5("[]") == "d751713988987e9331980363e24189ce");
    CHECK(hash::sha256("{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  }
  TEST_CASE("DVC 2.x hashes turn CRLF into LF in text, chunk by chunk") {
    const TempDir dir;
    dir.write("text", "x\r\ny\r\n");
    CHECK(hash::hash_file(dir / "text").hex == "e20942bc0763636e19c18b95bb194501");
    const auto legacy = hash::hash_file(dir / "text", hash::FileHash::md5_dos2unix);
    CHECK(legacy.hex == "1b5bb282b8f8792875e3c4203cfa9c57");
    CHECK(legacy.size == 6);
    dir.write("split", std::string(1048575, 'a') + "\r\nb\r\n");
    CHECK(hash::hash_file(dir / "split", hash::FileHash::md5_dos2unix).hex ==
          "deb8178cc400550795d42d701b97846d");
    dir.write("binary", std::string("\0\r\n", 3));
    CHECK(hash::hash_file(dir / "binary", hash::FileHash::md5_dos2unix).hex ==
          hash::hash_file(dir / "binary").hex);
  }
  TEST_CASE("text has no NUL and few odd bytes") {
    CHECK(hash::is_text(""));
    CHECK(hash::is_text("plain\ttext\n"));
    CHECK_FALSE(hash::is_text(std::string_view("a\0b", 3)));
    CHECK(hash::is_text("aaaaaaa\x01\x02\x03"));
    CHECK_FALSE(hash::is_text("aaaaaa\x01\x02\x03\x04"));
  }
}
