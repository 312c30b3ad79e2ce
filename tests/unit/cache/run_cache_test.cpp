#include "cache/run_cache.hpp"

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"
#include "yaml/reader.hpp"

using namespace expcore;
using cache::RunCache;
using test::TempDir;

namespace {

yaml::Value entry(const char* text) { return yaml::parse_yaml(text); }
bool always(const yaml::Value&) { return true; }

}  // namespace

TEST_SUITE("cache/run_cache") {
  TEST_CASE("keys and values are DVC's") {
    const auto simple = entry(
        "cmd: python script.py\ndeps:\n- {path: dep, hash: md5, md5: "
        "2254342becceafbd04538e0a38696791, size: 3}\n"
        "- {path: script.py, hash: md5, md5: abb0c55bd903a0f636aaa24fd39c2853, size: 30}\n"
        "outs:\n- {path: out, hash: md5, md5: c68271a63ddbc431c307beb7d2918275, size: 3}\n");
    CHECK(RunCache::key(simple) ==
          "c7a85d71de1912c43d9c5b6218c71630d6277e8fc11e4ccf5e12b3c202234838");
    CHECK(RunCache::value(simple) ==
          "5e2824029f8da9ef6c57131a638ceb65f27c02f16c85d71e85671c27daed0501");
    const auto torture = entry(
        "cmd: [\"echo h\\u00e9\", cat p.yaml > out.txt]\n"
        "deps:\n- {path: dep, hash: md5, md5: 401b30e3b8b5d629635a5c613cdb7919, size: 2}\n"
        "params:\n  p.yaml:\n    b: true\n    f1: 1.0\n    f2: 1e22\n    f3: 0.1\n    f4: .inf\n   "
        " f5: 1e-7\n"
        "    i: 12345678901234567890123\n    l: [1, [2, {z: 1, a: 2}]]\n    n:\n"
        "    s: \"\\u00e9\\u007f\\n/\\\"\\U0001f600\"\n"
        "outs:\n- {path: out.txt, hash: md5, md5: 261c59c369a3da7aca721bef647977bd, size: 9}\n");
    CHECK(RunCache::key(torture) ==
          "eb40a2ef58f0e610b396f5404b0c405b71fc06c1e4f00f23bc34bb348b7d9606");
    CHECK(RunCache::value(torture) ==
          "3022a7bedeb6672b2d4f2d68a0d5f247f5922522e0f9c77d419db2947e14c987");
  }
  TEST_CASE("what was saved is found by its inputs") {
    const TempDir dir;
    RunCache cache(dir.path());
    const auto stored = entry(
        "cmd: x\ndeps: [{path: d, hash: md5, md5: aaaa}]\nouts: [{path: o, hash: md5, md5: "
        "bbbb}]\n");
    cache.save(stored);
    const auto wanted =
        entry("cmd: x\ndeps: [{path: d, hash: md5, md5: aaaa}]\nouts: [{path: o}]\n");
    const auto found = cache.find(wanted, always, {});
    REQUIRE(found);
    CHECK(python_equal(*found, stored));
    CHECK_FALSE(cache.find(wanted, [](const yaml::Value&) { return false; }, {}));
    CHECK_FALSE(cache.find(
        entry("cmd: y\ndeps: [{path: d, hash: md5, md5: aaaa}]\nouts: [{path: o}]\n"), always, {}));
  }
  TEST_CASE("a param called size counts although DVC's key leaves it out") {
    const TempDir dir;
    RunCache cache(dir.path());
    cache.save(entry(
        "cmd: x\nparams: {params.yaml: {size: 1}}\nouts: [{path: o, hash: md5, md5: bbbb}]\n"));
    const auto other = entry("cmd: x\nparams: {params.yaml: {size: 2}}\nouts: [{path: o}]\n");
    CHECK_FALSE(cache.find(other, always, {}));
    const auto same = entry("cmd: x\nparams: {params.yaml: {size: 1}}\nouts: [{path: o}]\n");
    CHECK(cache.find(same, always, {}));
  }
  TEST_CASE("a damaged entry is reported and removed") {
    const TempDir dir;
    RunCache cache(dir.path());
    const auto stored = entry(
        "cmd: x\ndeps: [{path: d, hash: md5, md5: aaaa}]\nouts: [{path: o, hash: md5, md5: "
        "bbbb}]\n");
    cache.save(stored);
    const auto key = RunCache::key(stored);
    const std::string file =
        dir / ("runs/" + key.substr(0, 2) + "/" + key + "/" + RunCache::value(stored));
    for (const char* damage : {"", "cmd: [", "cmd: x\nextra: 1\n", "outs: []\n"}) {
      fs::write_atomic(file, damage);
      int reported = 0;
      CHECK_FALSE(cache.find(stored, always, [&](const std::string&) { ++reported; }));
      CHECK(reported == 1);
      CHECK_FALSE(fs::exists(file));
    }
  }
}
