#include <string>

#include <doctest/doctest.h>
#include <expcore/composition.hpp>
#include <expcore/error.hpp>

#include "support/test_repo.hpp"

using expcore::CellValue;
using expcore::Composition;
using expcore::Errc;
using expcore::Error;
using expcore::test::TestRepo;

namespace {

void write_configs(const TestRepo& repo) {
  repo.write("conf/config.yaml",
             "defaults:\n- db: mysql\n- _self_\nname: ${db.host}-${oc.env:WHO}\n");
  repo.write("conf/db/mysql.yaml", "host: a\nports: [1, 2]\n");
  repo.write("conf/db/pg.yaml", "host: b\nports: []\n");
}

}  // namespace

TEST_SUITE("Composition") {
  TEST_CASE("a folder is composed under overrides") {
    const TestRepo repo;
    write_configs(repo);
    expcore::ComposeOptions options;
    options.environment = expcore::Environment{{"WHO", "me"}};
    options.overrides = {"db=pg", "+extra.x=1e-5"};
    const auto made = Composition::compose(repo.path() + "/conf", options);
    CHECK(made.yaml() == "db:\n  host: b\n  ports: []\nname: b-me\nextra:\n  x: 1.0e-05\n");
    CHECK(made.json() ==
          R"({"db": {"host": "b", "ports": []}, "name": "b-me", "extra": {"x": 1e-05}})");
    REQUIRE(made.values().size() == 4);
    CHECK(made.values()[0].key == "db.host");
    CHECK(made.values()[1].value.text == "[]");
    CHECK(made.find("extra.x")->number == 1e-5);
    CHECK(made.find("db")->type == CellValue::Type::other);
    CHECK_FALSE(made.find("db.nope"));
    CHECK(made.warnings().empty());

    options.resolve = false;
    CHECK(Composition::compose(repo.path() + "/conf", options).find("name")->text ==
          "${db.host}-${oc.env:WHO}");
  }

  TEST_CASE("a project knows its folder and name") {
    const TestRepo repo;
    write_configs(repo);
    repo.write("conf/other.yaml", "a: 1\n");
    auto project = expcore::Project::init(repo.path(), {}, expcore::Environment{{"WHO", "you"}});
    CHECK(Composition::compose(project, {"db.host=h"}).find("name")->text == "h-you");
    repo.write(".dvc/config", "[hydra]\n    config_name = other\n");
    CHECK(Composition::compose(project).yaml() == "a: 1\n");
    repo.write(".dvc/config", "[hydra]\n    config_module = m\n");
    CHECK_THROWS_AS(Composition::compose(project), Error);
  }

  TEST_CASE("failures are those of Hydra") {
    const TestRepo repo;
    try {
      Composition::compose(repo.path() + "/nope");
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == Errc::not_found);
    }
    write_configs(repo);
    expcore::ComposeOptions options;
    options.overrides = {"db=a,b"};
    CHECK_THROWS_AS(Composition::compose(repo.path() + "/conf", options), Error);
  }
}
