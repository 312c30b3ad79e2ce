#include "pipeline/workspace.hpp"

#include <string>

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "support/test_repo.hpp"

using namespace expcore;

TEST_SUITE("pipeline/workspace") {
  TEST_CASE("a slot recognises what the project or another slot has hashed") {
    const test::TestRepo repo;
    repo.write(".dvc/config", "");
    const std::string bytes(3'000'000, 'x');
    repo.write("data", bytes);
    const auto open = [&](const std::string& folder) {
      fs::make_directories(fs::join(folder, ".dvc"));
      return pipeline::Workspace::open(folder, repo.environment());
    };
    open(repo.path())->state.hash(repo.path() + "/data");
    const std::string contents = repo.path() + "/.dvc/tmp/expcore/contents.db";
    const auto before = fs::read_file(contents);
    // A path of each slot's own is all there is to tell them apart.
    for (const std::string slot : {"exps/expcore/slots/a", "exps/tmpabc/sub"}) {
      CAPTURE(slot);
      const std::string folder = repo.path() + "/.dvc/tmp/" + slot;
      repo.write(".dvc/tmp/" + slot + "/.dvc/config", "[core]\n    no_scm = true\n");
      repo.write(".dvc/tmp/" + slot + "/copy", bytes);
      open(folder)->state.hash(folder + "/copy");
      CHECK_FALSE(fs::exists(folder + "/.dvc/tmp/expcore/contents.db"));
      CHECK(fs::read_file(contents) == before);  // nothing that was not known
    }
  }
}
