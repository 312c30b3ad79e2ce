#include "base/text.hpp"

#include <limits>
#include <utility>

#include <doctest/doctest.h>

using namespace expcore;

TEST_SUITE("base/text") {
  TEST_CASE("python_float prints the shortest digits in Python's layout") {
    const std::pair<double, const char*> cases[] = {
        {0.1, "0.1"},         {1.0, "1.0"},
        {-0.0, "-0.0"},       {1e-5, "1e-05"},
        {1e-4, "0.0001"},     {1e10, "10000000000.0"},
        {1e16, "1e+16"},      {1.5e300, "1.5e+300"},
        {5e-324, "5e-324"},   {123456789.123456789, "123456789.12345679"},
        {0.00123, "0.00123"}, {999999999999999.0, "999999999999999.0"},
        {-12.5, "-12.5"},     {std::numeric_limits<double>::infinity(), "inf"}};
    for (const auto& [value, text] : cases)
      CHECK(python_float(value) == text);
  }
  TEST_CASE("python_repr chooses the quotes Python chooses") {
    CHECK(python_repr("a") == "'a'");
    CHECK(python_repr("it's") == "\"it's\"");
    CHECK(python_repr("a'b\"c") == "'a\\'b\"c'");
    CHECK(python_repr("a\tb\n\x01") == "'a\\tb\\n\\x01'");
  }
  TEST_CASE("shell_quote quotes as shlex does") {
    CHECK(shell_quote("") == "''");
    CHECK(shell_quote("a/b-c=1") == "a/b-c=1");
    CHECK(shell_quote("it's") == "'it'\"'\"'s'");
  }
  TEST_CASE("python_splitlines knows every line end") {
    const auto lines = python_splitlines(
        "a\nb\r\nc\vd\xC2\x85"
        "e\n");
    REQUIRE(lines.size() == 5);
    CHECK(lines[4] == "e");
    CHECK(python_splitlines("").empty());
  }
  TEST_CASE("is_utf8 refuses surrogates and overlong forms") {
    CHECK(is_utf8("\xC3\xA9"));
    CHECK_FALSE(is_utf8("\xED\xA0\x80"));
    CHECK_FALSE(is_utf8("\xC0\x80"));
    CHECK_FALSE(is_utf8("\xE2\x82"));
  }
  TEST_CASE("quoted_list joins with commas and a last 'and'") {
    CHECK(quoted_list({"a"}) == "'a'");
    CHECK(quoted_list({"a", "b", "c"}) == "'a', 'b' and 'c'");
  }
  TEST_CASE("UTF-8 is taken apart and put together, never beyond the end") {
    const std::string text = "aé数😀";
    std::string again;
    for (std::size_t at = 0; at < text.size();)
      append_utf8(again, decode_utf8(text, at));
    CHECK(again == text);
    std::size_t at = 0;
    decode_utf8("\xF0\x9F", at);
    CHECK(at == 4);
  }
  TEST_CASE("base64 is read strictly") {
    CHECK(from_base64("") == "");
    CHECK(from_base64("Zg==") == "f");
    CHECK(from_base64("Zm8=") == "fo");
    CHECK(from_base64("Zm9v") == "foo");
    CHECK(from_base64("Zm9vYmE=") == "fooba");
    CHECK(from_base64("/+8A") == std::string("\xFF\xEF\0", 3));
    for (const char* bad : {"Z", "Zg", "Zg=", "Z===", "Zg=v", "Zm 9v", "Zm9\n", "===="}) {
      CAPTURE(bad);
      CHECK_FALSE(from_base64(bad));
    }
  }
}
