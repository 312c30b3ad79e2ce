#include "exp/manage.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

struct World {
  World() {
    repo.make_project();
    first = repo.commit("first");
    repo.write("x", "2");
    second = repo.commit("second");
  }
  void make(const std::string& baseline, const std::string& name) {
    repo.git("update-ref " + exp::refname_of(baseline, name) + " " + second);
  }
  git::Repo open() const { return git::Repo::discover(repo.path()); }

  TestRepo repo;
  std::string first;
  std::string second;
};

std::vector<std::string> names_of(const std::vector<exp::ExpRef>& refs) {
  std::vector<std::string> names;
  for (const auto& ref : refs)
    names.push_back(ref.name);
  return names;
}

}  // namespace

TEST_SUITE("exp/manage") {
  TEST_CASE("a name means the experiment of HEAD where several have it") {
    World world;
    world.make(world.first, "a");
    world.make(world.second, "a");
    world.make(world.first, "b");
    auto repo = world.open();
    const auto refs = exp::list_refs(repo);
    CHECK(exp::resolve_names(refs, {"a"}, world.second).front().baseline == world.second);
    CHECK(exp::resolve_names(refs, {exp::refname_of(world.first, "a")}, world.second)
              .front()
              .baseline == world.first);
    CHECK_THROWS_AS(exp::resolve_names(refs, {"a"}, std::string(40, '0')), Error);
    CHECK_THROWS_WITH_AS(exp::resolve_names(refs, {"x", "b", "y"}, world.second),
                         "'x; y' are not valid experiment names", Error);
  }
  TEST_CASE("experiments are selected by their baselines") {
    World world;
    world.make(world.first, "a");
    world.make(world.second, "b");
    auto repo = world.open();
    const auto select = [&](const exp::RevisionOptions& options) {
      return names_of(exp::select_refs(repo, exp::list_refs(repo), options));
    };
    exp::RevisionOptions options;
    CHECK(select(options) == std::vector<std::string>{"b"});
    options.num = -1;
    CHECK(select(options).size() == 2);
    options = {};
    options.revs = {world.first};
    CHECK(select(options) == std::vector<std::string>{"a"});
    options.all_commits = true;
    CHECK(select(options).size() == 2);
  }
  TEST_CASE("names of packed and loose experiments are told apart from what is none") {
    World world;
    world.make(world.first, "a");
    world.repo.git("pack-refs --all");
    world.make(world.first, "b");
    world.repo.git("update-ref refs/exps/exec/EXEC_HEAD " + world.first);
    world.repo.git("update-ref refs/exps/aa/bb/cc/dd/ee " + world.first);
    auto repo = world.open();
    CHECK(names_of(exp::list_refs(repo)) == std::vector<std::string>{"a", "b"});
    exp::delete_experiments(repo, exp::list_refs(repo));
    CHECK(exp::list_refs(repo).empty());
    CHECK(world.repo.git("for-each-ref refs/exps") != "");
  }
  TEST_CASE("a new name is checked before anything moves") {
    World world;
    world.make(world.first, "a");
    world.make(world.first, "b");
    auto repo = world.open();
    CHECK_THROWS_AS(exp::rename(repo, "a", "x y", false), Error);
    CHECK_THROWS_AS(exp::rename(repo, "a", "b", false), Error);
    CHECK_FALSE(exp::rename(repo, "a", "a", false));
    CHECK(exp::list_refs(repo).size() == 2);
    CHECK(exp::rename(repo, "a", "b", true)->name == "b");
    CHECK(names_of(exp::list_refs(repo)) == std::vector<std::string>{"b"});
  }
  TEST_CASE("branches and tags have names Git takes") {
    for (const char* bad : {"refs/heads/-x/.y", "refs/heads/a..b", "refs/heads/", "refs/heads/a//b",
                            "refs/heads/a.lock/b", "refs/heads/a b", "heads/a"}) {
      CAPTURE(bad);
      CHECK_FALSE(git::is_valid_refname(bad));
    }
    CHECK(git::is_valid_refname("refs/heads/release/1.0"));
  }
}
