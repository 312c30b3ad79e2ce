#include "queue/add.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;

TEST_SUITE("queue/add") {
  TEST_CASE("a sweep that no memory would hold is refused before anything is written") {
    const test::TestRepo repo;
    repo.make_project();
    repo.write("params.yaml", "x: 1\ny: 1\n");
    repo.commit();
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    queue::AddRequest request;
    SUBCASE("one range") { request.set_params = {"x=range(2000000000)"}; }
    SUBCASE("a product") { request.set_params = {"x=range(50000)", "y=range(40000)"}; }
    CHECK_THROWS_WITH_AS(queue::add(*workspace, request),
                         "The sweep has 2000000000 points; at most 1000000 can be queued at once",
                         Error);
    CHECK_FALSE(fs::exists(repo / ".dvc/tmp/exps/expcore/queue.db"));
  }
}
