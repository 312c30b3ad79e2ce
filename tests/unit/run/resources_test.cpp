#include "run/resources.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "support/temp_dir.hpp"
#include "yaml/reader.hpp"

using namespace expcore;
using run::Capacity;
using run::parse_request;
using run::Request;
using run::ResourcePool;
using test::TempDir;

namespace {

Request request_of(const std::string& members) {
  return parse_request(yaml::parse_yaml("expcore: {" + members + "}"), "train");
}

Capacity machine() {
  Capacity capacity;
  capacity.cpus = 4;
  capacity.memory = 1000;
  capacity.gpus = {"0", "1"};
  capacity.tokens = {{"licence", 2}};
  return capacity;
}

}  // namespace

TEST_SUITE("run/request") {
  TEST_CASE("every member is read") {
    const Request request = request_of(
        "cpus: 0.5, gpus: 2, memory: 1.5GiB, tokens: {licence: 1}, mutex: [db, port], "
        "timeout: 1h30m, retries: 3");
    CHECK(request.cpus == 0.5);
    CHECK(request.gpus == 2);
    CHECK(request.memory == 1610612736);
    CHECK(request.tokens.at("licence") == 1);
    CHECK(request.mutexes == std::vector<std::string>{"db", "port"});
    CHECK(request.timeout == std::chrono::minutes(90));
    CHECK(request.retries == 3);
  }
  TEST_CASE("no request asks for one processor and nothing else") {
    CHECK(parse_request({}, "a") == Request{});
    CHECK(parse_request(yaml::parse_yaml("other: 1"), "a") == Request{});
    CHECK(parse_request(yaml::parse_yaml("expcore:"), "a") == Request{});
  }
  TEST_CASE("amounts and durations have units") {
    const std::pair<const char*, std::int64_t> amounts[] = {
        {"7", 7}, {"2 kB", 2000}, {"1K", 1024}, {"3mb", 3000000}, {"1TiB", 1099511627776}};
    for (const auto& [text, bytes] : amounts)
      CHECK(run::parse_bytes(yaml::Value(text), "m") == bytes);
    const std::pair<const char*, std::int64_t> durations[] = {
        {"90", 90000}, {"1.5s", 1500}, {"250ms", 250}, {"2d", 172800000}, {"1m 30s", 90000}};
    for (const auto& [text, milliseconds] : durations) {
      CHECK(run::parse_duration(yaml::Value(text), "t").count() == milliseconds);
    }
  }
  TEST_CASE("what is wrong is named") {
    const std::pair<const char*, const char*> cases[] = {
        {"gpus: two",
         "'train' meta.expcore.gpus: expected a whole number that is not negative, got 'two'"},
        {"cpus: -1", "'train' meta.expcore.cpus: expected a number that is not negative, got '-1'"},
        {"memory: 3 parsecs",
         "'train' meta.expcore.memory: expected an amount of memory such as 512MiB, got '3 "
         "parsecs'"},
        {"timeout: soon",
         "'train' meta.expcore.timeout: expected a duration such as 90s or 1h30m, got 'soon'"},
        {"timeout: ''",
         "'train' meta.expcore.timeout: expected a duration such as 90s or 1h30m, got ''"},
        {"tokens: [a]",
         "'train' meta.expcore.tokens: expected a mapping of names to numbers, got '['a']'"},
        {"mutex: {a: 1}",
         "'train' meta.expcore.mutex: expected a name or a list of names, got '{'a': 1}'"},
        {"retrys: 1",
         "'train' meta.expcore.retrys: not known; cpus, gpus, memory, tokens, mutex, timeout and "
         "retries are"}};
    for (const auto& [members, message] : cases) {
      CHECK_THROWS_WITH_AS(request_of(members), message, Error);
    }
  }
}

TEST_SUITE("run/resources") {
  TEST_CASE("what is taken is not given twice and comes back") {
    ResourcePool pool(machine());
    const auto first = pool.try_take(request_of("gpus: 1, tokens: {licence: 2}, mutex: db"));
    REQUIRE(first);
    CHECK(first->gpus == std::vector<std::string>{"0"});
    CHECK_FALSE(pool.try_take(request_of("tokens: {licence: 1}")));
    CHECK_FALSE(pool.try_take(request_of("mutex: db")));
    CHECK_FALSE(pool.try_take(request_of("gpus: 2")));
    CHECK_FALSE(pool.try_take(request_of("cpus: 3.5")));
    CHECK_FALSE(pool.try_take(request_of("memory: 1001")));
    const auto second = pool.try_take(request_of("gpus: 1, memory: 1000"));
    REQUIRE(second);
    CHECK(second->gpus == std::vector<std::string>{"1"});
    pool.give_back(*first);
    CHECK(pool.try_take(request_of("gpus: 1, mutex: db"))->gpus == std::vector<std::string>{"0"});
  }
  TEST_CASE("shares of a processor fill it") {
    ResourcePool pool(machine());
    for (int i = 0; i < 40; ++i)
      CHECK(pool.try_take(request_of("cpus: 0.1")));
    CHECK_FALSE(pool.try_take(request_of("cpus: 0.1")));
  }
  TEST_CASE("what can never be met is refused in words") {
    const ResourcePool pool(machine());
    CHECK(pool.refusal(request_of("gpus: 2, cpus: 4, memory: 1000")).empty());
    CHECK(pool.refusal(request_of("gpus: 3")) == "asks for 3 gpus, 2 there");
    CHECK(pool.refusal(request_of("cpus: 4.5")) == "asks for 4.5 cpus, 4 there");
    CHECK(pool.refusal(request_of("tokens: {key: 1}")) == "asks for 1 of the token 'key', 0 there");
  }
  TEST_CASE("the machine's GPUs are those that CUDA may see, or those the driver shows") {
    const TempDir dir;
    dir.write("gpus/0000:01:00.0/information", "");
    dir.write("gpus/0000:02:00.0/information", "");
    using Ids = std::vector<std::string>;
    CHECK(Capacity::of_machine({{"CUDA_VISIBLE_DEVICES", "2, 0"}}).gpus == Ids{"2", "0"});
    CHECK(Capacity::of_machine({{"CUDA_VISIBLE_DEVICES", ""}}, dir / "gpus").gpus.empty());
    CHECK(Capacity::of_machine({{"CUDA_VISIBLE_DEVICES", "1,-1,0"}}).gpus == Ids{"1"});
    CHECK(Capacity::of_machine({}, dir / "gpus").gpus == Ids{"0", "1"});
    CHECK(Capacity::of_machine({}, dir / "none").gpus.empty());
    CHECK(Capacity::of_machine({}).cpus >= 1);
    CHECK(Capacity::of_machine({}).memory > 1000000);
  }
  TEST_CASE("the project's file replaces what the machine says") {
    const TempDir dir;
    dir.write("expcore.yaml",
              "resources: {cpus: 8, memory: 1GiB, gpus: [GPU-a, 1], tokens: {licence: 3}}\n");
    const Capacity capacity = Capacity::of_project(dir.path(), {});
    CHECK(capacity.cpus == 8);
    CHECK(capacity.memory == 1073741824);
    CHECK(capacity.gpus == std::vector<std::string>{"GPU-a", "1"});
    CHECK(capacity.tokens.at("licence") == 3);
    dir.write("expcore.yaml", "resources: {gpu: 1}\n");
    CHECK_THROWS_AS(Capacity::of_project(dir.path(), {}), Error);
    dir.write("expcore.yaml", "resources: [\n");
    CHECK_THROWS_AS(Capacity::of_project(dir.path(), {}), Error);
  }
}
