#include "exp/run.hpp"

#include <algorithm>
#include <random>
#include <regex>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/names.hpp"
#include "exp/refs.hpp"
#include "exp/show.hpp"
#include "exp/snapshot.hpp"
#include "exp/table.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "support/test_repo.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

struct World {
  World() {
    repo.make_project();
    repo.write("src", "1\n");
    repo.write("params.yaml", "lr: 0.1  # rate\n");
    repo.write(
        "dvc.yaml",
        "stages:\n  a:\n    cmd: cp src out && echo '{\"acc\":0.5}' > m.json\n    deps: [src]\n"
        "    params: [lr]\n    outs: [out]\n    metrics:\n    - m.json: {cache: false}\n");
    baseline = repo.commit();
  }
  exp::RunResult run(const std::string& name, const std::vector<std::string>& changes = {},
                     bool force = false) {
    exp::RunOptions options;
    options.name = name;
    options.reproduce.force = force;
    for (const auto& change : changes) {
      options.overrides.push_back({"params.yaml", {params::parse_override(change)}});
    }
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    return exp::run_in_workspace(*workspace, options);
  }

  TestRepo repo;
  std::string baseline;
};

}  // namespace

TEST_SUITE("exp/run") {
  TEST_CASE("an experiment is one commit on the baseline, and nothing of the user's moves") {
    World world;
    world.repo.write("staged", "in");
    world.repo.git("add staged");
    world.repo.write("untracked", "out");
    const auto index = fs::read_file(world.repo / ".git/index");
    const auto result = world.run("one", {"lr=0.5"});
    CHECK(world.repo.git("rev-parse " + result.ref + "^") == world.baseline);
    CHECK(world.repo.git("ls-tree -r --name-only " + result.commit) ==
          ".dvc/.gitignore\n.dvc/"
          "config\n.dvcignore\ndvc.lock\ndvc.yaml\nm.json\nparams.yaml\nsrc\nstaged");
    CHECK(world.repo.git("show " + result.commit + ":params.yaml") == "lr: 0.5  # rate");
    CHECK(world.repo.git("symbolic-ref HEAD") == "refs/heads/main");
    CHECK(fs::read_file(world.repo / ".git/index") == index);
    CHECK_FALSE(fs::exists(world.repo / ".dvc/tmp/exps/run/workspace"));
    CHECK_NOTHROW(world.repo.git("fsck --strict"));
  }
  TEST_CASE("data that Git does not ignore is no part of an experiment") {
    World world;
    world.repo.write("dvc.yaml",
                     world.repo.read("dvc.yaml") +
                         "  b:\n    cmd: cp out other\n    deps: [out]\n    outs: [other]\n");
    world.repo.commit();
    world.run("one");
    fs::remove(world.repo / ".gitignore");  // as after `exp apply` of a run beside the workspace
    const auto result = world.run("two");
    CHECK(world.repo.git("ls-tree -r --name-only " + result.commit) ==
          ".dvc/.gitignore\n.dvc/config\n.dvcignore\ndvc.lock\ndvc.yaml\nm.json\nparams.yaml\nsrc");
  }
  TEST_CASE("a taken name is refused before anything happens") {
    World world;
    world.run("one");
    world.repo.write("src", "2\n");
    CHECK_THROWS_AS(world.run("one", {"lr=0.9"}), Error);
    CHECK(world.repo.read("params.yaml") == "lr: 0.1  # rate\n");
    CHECK(world.repo.read("out") == "1\n");
    CHECK_NOTHROW(world.run("one", {}, true));
  }
  TEST_CASE("a bad override leaves every file alone") {
    World world;
    CHECK_THROWS_AS(world.run("one", {"lr=0.9", "nope=1"}), Error);
    CHECK(world.repo.read("params.yaml") == "lr: 0.1  # rate\n");
    CHECK(world.repo.git("for-each-ref refs/exps").empty());
  }
  TEST_CASE("a failing stage leaves no experiment") {
    World world;
    world.repo.write("src", "2\n");
    world.repo.write("dvc.yaml", "stages:\n  a: {cmd: exit 2, deps: [src], outs: [out]}\n");
    CHECK_THROWS_AS(world.run("one"), Error);
    CHECK(world.repo.git("for-each-ref refs/exps").empty());
    CHECK_FALSE(fs::exists(world.repo / ".dvc/tmp/exps/run/workspace"));
  }
  TEST_CASE("names have DVC's shape and are checked as Git checks refs") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 200; ++i) {
      CHECK(std::regex_match(exp::random_name(random), std::regex("[a-z]{5}-[a-z]{4}")));
    }
    // More than there are of that shape: a sweep of 100 000 points must not wait for one for ever.
    CHECK(exp::unused_name(random, [](const std::string& name) {
            return std::count(name.begin(), name.end(), '-') < 2;
          }).ends_with("-2"));
    for (const char* bad : {"", "a b", "a/b", "a..b", "a~", "a^", "a:", "a?", "a*", "a[", "a]",
                            "a\\", "a.lock", ".a", "a@{"}) {
      CAPTURE(bad);
      CHECK_THROWS_AS(exp::check_name(bad), Error);
    }
    CHECK_NOTHROW(exp::check_name("a-b_c.1@"));
  }
  TEST_CASE("only experiments are read as experiments") {
    const std::string id(40, 'a');
    CHECK(exp::parse_ref({"refs/exps/aa/" + std::string(38, 'b') + "/x", id, ""}));
    for (const char* other :
         {"refs/exps/stash", "refs/exps/exec/EXEC_HEAD", "refs/exps/celery/stash",
          "refs/exps/aa/bb/x", "refs/exps/apply/ORIG_HEAD"}) {
      CHECK_FALSE(exp::parse_ref({other, id, ""}));
    }
  }
}

TEST_SUITE("exp/show") {
  TEST_CASE("rows are workspace, baselines and experiments, and a commit is read once") {
    World world;
    world.run("one");
    world.run("two", {"lr=0.2"});
    const auto workspace = pipeline::Workspace::open(world.repo.path(), world.repo.environment());
    auto states = exp::show(*workspace, {});
    REQUIRE(states.size() == 2);
    CHECK(states[0].rev == "workspace");
    CHECK(states[1].name == "main");
    REQUIRE(states[1].experiments.size() == 2);
    const auto& tip = states[1].experiments[0].revs[0];
    REQUIRE(tip.data);
    CHECK(tip.data->metrics[0].data.find("acc")->real() == 0.5);
    // What DVC keeps is believed.
    const auto forget = [&] { fs::remove_tree(world.repo / ".dvc/tmp/expcore/shown"); };
    const std::string kept =
        world.repo / (".dvc/tmp/exps/cache/" + tip.rev.substr(0, 2) + "/" + tip.rev.substr(2));
    auto text = yaml::dump_json(tip.data->to_value());
    text.replace(text.find("0.5"), 3, "0.7");
    fs::make_directories(fs::parent(kept));
    fs::write_atomic(kept, text);
    forget();
    states = exp::show(*workspace, {});
    CHECK(states[1].experiments[0].revs[0].data->metrics[0].data.find("acc")->real() == 0.7);
    forget();
    fs::write_atomic(kept, "{\"damaged\"");
    states = exp::show(*workspace, {});
    CHECK(states[1].experiments[0].revs[0].data->metrics[0].data.find("acc")->real() == 0.5);
    // What we have kept comes first.
    fs::write_atomic(kept, text);
    states = exp::show(*workspace, {});
    CHECK(states[1].experiments[0].revs[0].data->metrics[0].data.find("acc")->real() == 0.5);
  }
  TEST_CASE("what is kept of commits shows as what is read from them") {
    World world;
    world.run("one");
    world.run("two", {"lr=0.2"});
    const auto workspace = pipeline::Workspace::open(world.repo.path(), world.repo.environment());
    exp::ShowOptions options;
    const auto read = exp::show(*workspace, options);
    options.form = exp::Form::json;
    const auto as_json = exp::show(*workspace, options);
    REQUIRE(as_json[1].experiments[0].revs[0].kept);
    CHECK(exp::to_json(as_json) == exp::to_json(read));
    options.form = exp::Form::flat;
    const auto as_flat = exp::show(*workspace, options);
    REQUIRE(as_flat[1].experiments[0].revs[0].kept);
    for (const char* sort_by : {"", "lr", "acc"}) {
      exp::TableRequest request;
      request.sort_by = sort_by;
      const auto table = exp::make_table(as_flat, request);
      CHECK(table.headers == exp::make_table(read, request).headers);
      CHECK(table.rows == exp::make_table(read, request).rows);
    }
  }
  TEST_CASE("commits that are read ahead by several threads are kept") {
    World world;
    world.run("one");
    world.run("two", {"lr=0.2"});
    const auto workspace = pipeline::Workspace::open(world.repo.path(), world.repo.environment());
    std::vector<git::Id> tips;
    for (const auto& ref : exp::list_refs(*workspace->repo))
      tips.push_back(ref.commit);
    tips.emplace_back(40, '0');  // no commit: told when it is asked for
    exp::SnapshotReader reader(*workspace, exp::Form::json);
    reader.read_ahead(tips, {}, 1);
    for (const auto& ref : exp::list_refs(*workspace->repo)) {
      const auto state = reader.commit_state(ref.commit, {});
      REQUIRE(state.kept);
      CHECK(state.kept->parent == world.baseline);
    }
    CHECK(reader.commit_state(tips.back(), {}).error);
  }
  TEST_CASE("an unknown revision is named") {
    World world;
    const auto workspace = pipeline::Workspace::open(world.repo.path(), world.repo.environment());
    exp::ShowOptions options;
    options.revisions.revs = {"nope"};
    CHECK_THROWS_WITH_AS(exp::show(*workspace, options), "unknown Git revision 'nope'", Error);
  }
  TEST_CASE("a broken dvc.yaml spoils its own row only") {
    World world;
    world.run("one");
    world.repo.write("dvc.yaml", "stages: [");
    const auto workspace = pipeline::Workspace::open(world.repo.path(), world.repo.environment());
    const auto states = exp::show(*workspace, {});
    CHECK(states[0].error->type == "YAMLSyntaxError");
    CHECK(states[1].experiments.size() == 1);
  }
}

TEST_SUITE("exp/table") {
  TEST_CASE("columns are named by file only where they must be") {
    exp::Snapshot snapshot;
    snapshot.rev = "workspace";
    snapshot.metrics.push_back(
        {"m.json", yaml::parse_json(R"({"acc": 1, "x": {"y": 2}})"), std::nullopt});
    snapshot.params.push_back(
        {"p.yaml", yaml::parse_json(R"({"acc": 3, "l": [1], "e": {}})"), std::nullopt});
    std::vector<exp::State> states(1);
    states[0].rev = "workspace";
    states[0].data = snapshot;
    const auto table = exp::make_table(states, {});
    CHECK(table.headers == std::vector<std::string>{"Experiment", "Created", "m.json:acc", "x.y",
                                                    "p.yaml:acc", "l"});
    exp::TableRequest request;
    request.drop = {"x", "Created"};
    request.keep = {"x.*"};
    CHECK(exp::make_table(states, request).headers ==
          std::vector<std::string>{"Experiment", "m.json:acc", "x.y", "p.yaml:acc", "l"});
    request = {};
    request.drop = {"("};
    CHECK_THROWS_AS(exp::make_table(states, request), Error);
  }
  TEST_CASE("rows made by several threads each show their own values") {
    constexpr std::size_t count = 3000;
    std::vector<exp::State> states(1);
    states[0].rev = std::string(40, 'b');
    for (std::size_t i = 0; i < count; ++i) {
      exp::State state;
      state.rev = fmt::format("{:040x}", i);
      state.name = fmt::format("exp-{}", i);
      exp::Snapshot snapshot;
      snapshot.timestamp = fmt::format("2020-01-0{}T10:00:00", i % 2 + 1);
      const auto text = fmt::format(R"({{"same": 0.1, "own": {}, "some": {}}})", i,
                                    i % 3 == 0   ? "null"
                                    : i % 3 == 1 ? "[1, 2]"
                                                 : "{\"in\": true}");
      snapshot.metrics.push_back({"m.json", yaml::parse_json(text), std::nullopt});
      state.data = std::move(snapshot);
      exp::Range range;
      range.name = state.name;
      range.revs.push_back(std::move(state));
      states[0].experiments.push_back(std::move(range));
    }
    states[0].experiments[7].executor = exp::Executor{"success", std::nullopt, {}};
    const auto table = exp::make_table(states, {});
    CHECK(table.headers == std::vector<std::string>{"Experiment", "Created", "State", "same", "own",
                                                    "some", "some.in"});
    REQUIRE(table.rows.size() == count + 1);
    CHECK(table.rows[0] == std::vector<std::string>{"bbbbbbb", "-", "-", "-", "-", "-", "-"});
    for (std::size_t i = 0; i < count; ++i) {
      const auto& row = table.rows[i + 1];
      CHECK(row[0] == fmt::format("{} {:.7} [exp-{}]", i + 1 == count ? "└──" : "├──",
                                  fmt::format("{:040x}", i), i));
      CHECK(row[1] == fmt::format("Jan 0{}, 2020", i % 2 + 1));
      CHECK(row[2] == (i == 7 ? "Success" : "-"));
      CHECK(row[3] == "0.1");
      CHECK(row[4] == std::to_string(i));
      CHECK(row[5] == (i % 3 == 1 ? "[1, 2]" : "-"));
      CHECK(row[6] == (i % 3 == 2 ? "True" : "-"));
    }
    exp::TableRequest csv;
    csv.csv = true;
    csv.keep = {"Executor"};
    const auto cells = exp::make_table(states, csv);
    CHECK(cells.headers == std::vector<std::string>{"Experiment", "rev", "typ", "Created", "parent",
                                                    "State", "Executor", "same", "own", "some",
                                                    "some.in"});
    CHECK(cells.rows[3][0] == "exp-2");
    CHECK(cells.rows[3][3] == "2020-01-01T10:00:00");
    CHECK(cells.rows[8][5] == "Success");
    CHECK(cells.rows[8][6].empty());
  }
}
