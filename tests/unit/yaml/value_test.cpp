#include "yaml/value.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace expcore;
using yaml::Map;
using yaml::Value;

namespace {

/// Members enough that the map has an index.
Map large_map(int count = 200) {
  Map map;
  for (int i = 0; i < count; ++i)
    map.append("k" + std::to_string(i), i);
  return map;
}

void check_values(const Map& map) {
  for (const auto& [key, value] : map) {
    const Value* found = map.find(key.string());
    REQUIRE(found != nullptr);
    CHECK(found->integer() == value.integer());
  }
}

}  // namespace

TEST_SUITE("yaml/value") {
  TEST_CASE("a large map finds each key and nothing else") {
    const Map map = large_map();
    for (int i = 0; i < 200; ++i) {
      const Value* found = map.find("k" + std::to_string(i));
      REQUIRE(found != nullptr);
      CHECK(found->integer() == i);
    }
    CHECK(map.find("k200") == nullptr);
    CHECK(map.find("") == nullptr);
    CHECK(map.find_key(7) == nullptr);
  }

  TEST_CASE("a map that grows after a lookup finds old and new keys") {
    Map map = large_map(40);
    CHECK(map.find("new0") == nullptr);
    for (int i = 0; i < 1000; ++i) {
      map.set("new" + std::to_string(i), i);
      map.set("k7", i);
    }
    CHECK(map.size() == 1040);
    CHECK(map.find("k7")->integer() == 999);
    CHECK((map.end() - 1)->key.string() == "new999");
    check_values(map);
  }

  TEST_CASE("of keys that were appended twice the first is found, and erase takes all") {
    Map map = large_map();
    map.append("k3", -1);
    CHECK(map.find("k3")->integer() == 3);
    map.append("k3", -2);  // with the index there
    CHECK(map.find("k3")->integer() == 3);
    CHECK(map.erase("k3"));
    CHECK(map.find("k3") == nullptr);
    CHECK_FALSE(map.erase("k3"));
    CHECK(map.size() == 199);
    check_values(map);
  }

  TEST_CASE("keys that are equal in Python are one key of any map") {
    for (const int size : {0, 200}) {
      Map map = large_map(size);
      map.set(Value(1), "integer");
      map.set(Value(true), "boolean");
      map.set(Value(1.0), "real");
      CHECK(map.size() == static_cast<std::size_t>(size) + 1);
      CHECK((map.end() - 1)->key.is_integer());
      CHECK(map.find_key(1)->string() == "real");
      map.set(Value(yaml::Null()), "null");
      map.set(Value(yaml::BigInteger{"123456789012345678901"}), "big");
      map.set(Value(0.5), "half");
      map.set(Value(-0.0), "zero");
      CHECK(map.find_key(yaml::Null())->string() == "null");
      CHECK(map.find_key(yaml::BigInteger{"123456789012345678901"})->string() == "big");
      CHECK(map.find_key(0.5)->string() == "half");
      CHECK(map.find_key(0)->string() == "zero");
      CHECK(map.find_key(false)->string() == "zero");
      CHECK(map.find("1") == nullptr);
      CHECK(map.find_member(1.0)->key.is_integer());
    }
  }

  TEST_CASE("a key that was changed in place is found by its new name") {
    Map map = large_map();
    CHECK(map.find("k5") != nullptr);
    (map.begin() + 5)->key = Value("renamed");
    CHECK(map.find("k5") == nullptr);
    CHECK(map.find("renamed")->integer() == 5);
  }

  TEST_CASE("copies and moves of a map with an index are independent") {
    Map map = large_map();
    CHECK(map.contains("k1"));
    Map copy = map;
    copy.erase("k1");
    CHECK(map.contains("k1"));
    CHECK_FALSE(copy.contains("k1"));
    CHECK(copy.contains("k2"));
    Map moved = std::move(map);
    CHECK(moved.contains("k199"));
    moved.set("later", 1);
    CHECK(moved.contains("later"));
    copy = std::move(moved);
    CHECK(copy.contains("later"));
    copy = Map();
    CHECK_FALSE(copy.contains("later"));
    const Map& self = copy = large_map(50);
    copy = self;
    CHECK(copy.contains("k49"));
  }

  TEST_CASE("large maps are equal in any order") {
    const Map map = large_map();
    Map reversed;
    for (int i = 199; i >= 0; --i)
      reversed.append("k" + std::to_string(i), i);
    CHECK(python_equal(map, reversed));
    reversed.set("k0", 1);
    CHECK_FALSE(python_equal(map, reversed));
  }
}
