#include "exp/studio.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "exp/run.hpp"
#include "exp/slot_run.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;
using Environment = pipeline::Environment;

namespace {

/// What a project says with `variables` on top of its environment; warnings go to `warnings`.
Environment settings_of(const TestRepo& repo, const Environment& variables,
                        std::vector<std::string>* warnings = nullptr) {
  Environment environment = repo.environment();
  for (const auto& [name, value] : variables)
    environment[name] = value;
  const auto project = pipeline::Workspace::open(repo.path(), environment);
  return exp::studio_environment(*project, [&](const Event& event) {
    if (warnings != nullptr) warnings->push_back(event.text);
  });
}

}  // namespace

// Expectations: dvc_studio_client 0.23 get_studio_config(), DVC 3.64 config_to_env().
TEST_SUITE("exp/studio") {
  TEST_CASE("without a token, or offline, there is nothing") {
    TestRepo repo;
    repo.make_project();
    CHECK(settings_of(repo, {{"DVC_STUDIO_REPO_URL", "r"}}).empty());
    CHECK(settings_of(repo, {{"DVC_STUDIO_TOKEN", ""}, {"DVC_STUDIO_REPO_URL", "r"}}).empty());
    for (const char* offline : {"1", "True", "Yes", "y"}) {
      CHECK(settings_of(repo, {{"DVC_STUDIO_TOKEN", "t"},
                               {"DVC_STUDIO_REPO_URL", "r"},
                               {"DVC_STUDIO_OFFLINE", offline}})
                .empty());
    }
    repo.write(".dvc/config", "[studio]\n    token = t\n    repo_url = r\n    offline = true\n");
    CHECK(settings_of(repo, {}).empty());
  }
  TEST_CASE("variables win over settings, the older name is the second choice") {
    TestRepo repo;
    repo.make_project();
    repo.write(".dvc/config", "[studio]\n    token = t1\n    repo_url = r1\n    url = u1\n");
    CHECK(settings_of(repo, {}) == Environment{{"DVC_STUDIO_TOKEN", "t1"},
                                               {"DVC_STUDIO_REPO_URL", "r1"},
                                               {"DVC_STUDIO_URL", "u1"}});
    CHECK(settings_of(repo, {{"STUDIO_TOKEN", "t2"}, {"STUDIO_REPO_URL", "r2"}}) ==
          Environment{
              {"DVC_STUDIO_TOKEN", "t2"}, {"DVC_STUDIO_REPO_URL", "r2"}, {"DVC_STUDIO_URL", "u1"}});
    CHECK(settings_of(repo, {{"DVC_STUDIO_TOKEN", "t3"},
                             {"STUDIO_TOKEN", "t2"},
                             {"DVC_STUDIO_REPO_URL", "r3"},
                             {"DVC_STUDIO_URL", "u3"},
                             {"DVC_STUDIO_OFFLINE", "no"}}) ==
          Environment{
              {"DVC_STUDIO_TOKEN", "t3"}, {"DVC_STUDIO_REPO_URL", "r3"}, {"DVC_STUDIO_URL", "u3"}});
  }
  TEST_CASE("the repository is the current branch's remote, else origin") {
    TestRepo repo;
    repo.make_project();
    repo.write("f", "1");
    repo.commit();
    std::vector<std::string> warnings;
    CHECK(settings_of(repo, {{"DVC_STUDIO_TOKEN", "t"}}, &warnings).empty());
    CHECK(warnings == std::vector<std::string>{"No Git remote. Can't infer Studio repo URL."});
    repo.git("remote add origin https://example.com/a.git");
    repo.git("remote add fork https://example.com/b.git");
    Environment expected{{"DVC_STUDIO_TOKEN", "t"},
                         {"DVC_STUDIO_REPO_URL", "https://example.com/a.git"},
                         {"DVC_STUDIO_URL", "https://studio.datachain.ai"}};
    CHECK(settings_of(repo, {{"DVC_STUDIO_TOKEN", "t"}}) == expected);
    repo.git("config branch.main.remote fork");
    expected["DVC_STUDIO_REPO_URL"] = "https://example.com/b.git";
    CHECK(settings_of(repo, {{"DVC_STUDIO_TOKEN", "t"}}) == expected);
    repo.git("checkout -q --detach");
    expected["DVC_STUDIO_REPO_URL"] = "https://example.com/a.git";
    CHECK(settings_of(repo, {{"DVC_STUDIO_TOKEN", "t"}}) == expected);
  }
  TEST_CASE("commands of an experiment get it, in the workspace and beside it") {
    TestRepo repo;
    repo.make_project();
    repo.write("dvc.yaml",
               "stages:\n  s:\n    cmd: env | grep -E '^DVC_STUDIO_' | sort > out\n    outs:\n"
               "    - out: {cache: false}\n");
    repo.commit();
    repo.git("remote add origin https://example.com/a.git");
    auto environment = repo.environment();
    environment["STUDIO_TOKEN"] = "t";
    const auto project = pipeline::Workspace::open(repo.path(), environment);
    for (auto* run : {&exp::run_in_workspace, &exp::run_in_temp}) {
      exp::RunOptions options;
      options.reproduce.force = true;
      const auto result = run(*project, options);
      CHECK(repo.git("show " + result.commit + ":out") ==
            "DVC_STUDIO_REPO_URL=https://example.com/a.git\nDVC_STUDIO_TOKEN=t\n"
            "DVC_STUDIO_URL=https://studio.datachain.ai");
    }
  }
}
