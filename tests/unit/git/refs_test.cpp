#include <algorithm>
#include <chrono>
#include <malloc.h>
#include <stdexcept>
#include <sys/resource.h>
#include <thread>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "git/repo.hpp"
#include "support/temp_dir.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using git::Repo;
using test::TestRepo;

TEST_SUITE("git/refs") {
  TEST_CASE("outside any repository is not_found") {
    try {
      Repo::discover("/proc");
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == Errc::not_found);
    }
  }
  TEST_CASE("loose and packed refs are listed together, sorted, the loose one winning") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto first = repo.commit("one");
    repo.git("update-ref refs/exps/aa/bb/packed " + first);
    repo.git("update-ref refs/exps/aa/bb/moved " + first);
    repo.git("tag -a -m note v1");
    repo.git("pack-refs --all");
    repo.write("a", "2");
    const auto second = repo.commit("two");
    repo.git("update-ref refs/exps/aa/bb/moved " + second);
    repo.git("update-ref refs/exps/aa/bb/loose " + second);
    const Repo opened = Repo::discover(repo.path());
    const auto refs = opened.refs("refs/exps/");
    REQUIRE(refs.size() == 3);
    CHECK(refs[0].name == "refs/exps/aa/bb/loose");
    CHECK(refs[1].target == second);
    CHECK(refs[2].target == first);
    CHECK(opened.resolve_ref("refs/exps/aa/bb/packed") == first);
    CHECK_FALSE(opened.resolve_ref("refs/exps/aa/bb/none"));
    CHECK(opened.refs("refs/nothing/").empty());
  }
  TEST_CASE("set_ref creates, moves and compares") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto first = repo.commit("one");
    repo.write("a", "2");
    const auto second = repo.commit("two");
    Repo opened = Repo::discover(repo.path());
    CHECK(opened.set_ref("refs/exps/aa/bb/x", first, ""));
    CHECK_FALSE(opened.set_ref("refs/exps/aa/bb/x", second, ""));
    CHECK(opened.set_ref("refs/exps/aa/bb/x", second, first, "commit: note"));
    CHECK(repo.git("rev-parse refs/exps/aa/bb/x") == second);
    CHECK(repo.git("reflog show --format=%gs refs/exps/aa/bb/x") == "commit: note");
    CHECK(repo.git("for-each-ref --format='%(refname)' refs/exps") == "refs/exps/aa/bb/x");
  }
  TEST_CASE("a ref is resolved as it is now: symbolic, loose, packed, moved, gone") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto first = repo.commit("one");
    repo.write("a", "2");
    const auto second = repo.commit("two");
    repo.git("update-ref refs/exps/aa/bb/x " + first);
    repo.git("symbolic-ref refs/heads/alias refs/heads/main");
    const Repo opened = Repo::discover(repo.path());
    CHECK(opened.head() == second);
    CHECK(opened.resolve_ref("refs/heads/alias") == second);
    CHECK(opened.resolve_revision("refs/heads/alias") == second);
    repo.git("pack-refs --all");
    CHECK(opened.resolve_ref("refs/heads/main") == second);
    CHECK(opened.resolve_ref("refs/exps/aa/bb/x") == first);
    CHECK_FALSE(opened.resolve_ref("refs/exps/aa/bb"));
    CHECK_FALSE(opened.resolve_ref("refs/exps/aa/bb/x/below"));
    repo.git("update-ref refs/exps/aa/bb/x " + second);
    repo.git("pack-refs --all");
    CHECK(opened.resolve_ref("refs/exps/aa/bb/x") == second);
    repo.git("update-ref -d refs/exps/aa/bb/x");
    CHECK_FALSE(opened.resolve_ref("refs/exps/aa/bb/x"));
    repo.git("checkout -q --orphan other");
    CHECK_FALSE(opened.head());
    CHECK_FALSE(opened.resolve_revision("HEAD"));
  }
  TEST_CASE("what is no ref is told, not taken for a missing one") {
    const TestRepo repo;
    repo.write("a", "1");
    repo.commit();
    repo.write(".git/refs/exps/aa/bb/empty", "");
    repo.write(".git/refs/exps/aa/bb/loop", "ref: refs/exps/aa/bb/loop\n");
    const Repo opened = Repo::discover(repo.path());
    CHECK_THROWS_AS(opened.resolve_ref("refs/exps/aa/bb/empty"), Error);
    CHECK_THROWS_AS(opened.resolve_ref("refs/exps/aa/bb/loop"), Error);
    CHECK_THROWS_AS(opened.resolve_ref("refs/exps/../../config"), Error);
  }
  TEST_CASE("the refs of one work tree are not those of another") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto first = repo.commit("one");
    const test::TempDir folder;
    repo.git("worktree add -q --detach " + (folder / "tree") + " HEAD");
    repo.write("a", "2");
    const auto second = repo.commit("two");
    const Repo tree = Repo::discover(folder / "tree");
    CHECK(tree.head() == first);
    CHECK(tree.resolve_ref("refs/heads/main") == second);
    repo.git("update-ref refs/bisect/bad " + second);
    CHECK_FALSE(tree.resolve_ref("refs/bisect/bad"));
  }
  TEST_CASE("delete_refs removes loose and packed refs in one go and spares the others") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto commit = repo.commit();
    for (const char* name : {"p", "q", "r"}) {
      repo.git(std::string("update-ref refs/exps/aa/bb/") + name + " " + commit);
    }
    repo.git("tag -a -m note v1");
    repo.git("pack-refs --all");
    repo.git("update-ref refs/exps/cc/dd/loose " + commit);
    Repo opened = Repo::discover(repo.path());
    const auto gone = opened.delete_refs({"refs/exps/aa/bb/p", "refs/exps/cc/dd/loose",
                                          "refs/exps/aa/bb/none", "refs/exps/aa/bb/r"});
    CHECK(gone.size() == 3);
    CHECK(repo.git("for-each-ref --format='%(refname)'") ==
          "refs/exps/aa/bb/q\nrefs/heads/main\nrefs/tags/v1");
    CHECK(repo.git("rev-parse v1^{commit}") == commit);
    CHECK_NOTHROW(repo.git("fsck --strict"));
  }
  TEST_CASE("refs neither return nor vanish while git packs them") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto commit = repo.commit();
    std::jthread packer([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        try {
          repo.git("pack-refs --all");
        } catch (const std::runtime_error&) {
          // git gives up when it meets our locks; what matters is what becomes of the refs.
        }
      }
    });
    Repo opened = Repo::discover(repo.path());
    for (int i = 0; i < 25; ++i) {
      const std::string kept = "refs/exps/aa/bb/kept" + std::to_string(i);
      const std::string gone = "refs/exps/aa/bb/gone" + std::to_string(i);
      opened.set_ref(kept, commit);
      opened.set_ref(gone, commit);
      opened.delete_refs({gone});
    }
    packer.request_stop();
    packer.join();
    const auto refs = opened.refs("refs/exps/");
    CHECK(refs.size() == 25);
    CHECK(std::none_of(refs.begin(), refs.end(),
                       [](const auto& ref) { return ref.name.find("gone") != std::string::npos; }));
  }
  TEST_CASE("many refs are deleted with few files open") {
    const TestRepo repo;
    repo.write("f", "1");
    const std::string commit = repo.commit();
    std::string packed = "# pack-refs with: peeled fully-peeled sorted \n";
    std::vector<std::string> names;
    for (int i = 100; i < 400; ++i) {
      names.push_back("refs/exps/aa/bb/name" + std::to_string(i));
      packed += commit + " " + names.back() + "\n";
    }
    repo.write(".git/packed-refs", packed);
    Repo opened = Repo::discover(repo.path());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    rlimit few = before;
    few.rlim_cur = 64;
    ::setrlimit(RLIMIT_NOFILE, &few);
    const auto deleted = opened.delete_refs(names);
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(deleted == names);
    CHECK(opened.refs("refs/exps/").empty());
  }
  TEST_CASE("many loose refs are deleted with their reflogs and folders") {
    const TestRepo repo;
    repo.write("f", "1");
    const std::string commit = repo.commit();
    std::vector<std::string> names;
    for (const char* folder : {"refs/exps/aa/bb/", "refs/exps/aa/cc/"}) {
      for (int i = 100; i < 150; ++i) {
        names.push_back(folder + std::to_string(i));
        repo.write(".git/" + names.back(), commit + "\n");
      }
    }
    repo.write(".git/logs/refs/exps/aa/cc/120", "log\n");
    repo.write(".git/refs/exps/dd/ee/folder/inside", commit + "\n");
    std::vector<std::string> wanted = names;
    wanted.insert(wanted.end(), {"refs/exps/aa/bb/none", "refs/exps/dd/ee/folder"});
    Repo opened = Repo::discover(repo.path());
    CHECK(opened.delete_refs(wanted) == names);
    CHECK_FALSE(fs::exists(repo.path() + "/.git/refs/exps/aa"));
    CHECK_FALSE(fs::exists(repo.path() + "/.git/logs/refs/exps/aa"));
    CHECK(repo.git("for-each-ref --format='%(refname)' refs/exps") ==
          "refs/exps/dd/ee/folder/inside");
  }
  TEST_CASE("a lock of ours whose owner died is nobody's") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto first = repo.commit("one");
    repo.git("pack-refs --all");
    repo.write(".git/refs/exps/aa/bb/name.lock", "expcore\n");
    repo.write(".git/refs/exps/aa/bb/name.expcore.lock", "torn");
    repo.write(".git/packed-refs.lock", "expcore\n");
    Repo opened = Repo::discover(repo.path());
    const auto begin = std::chrono::steady_clock::now();
    CHECK(opened.set_ref("refs/exps/aa/bb/name", first));
    CHECK(opened.refs("refs/exps/").size() == 1);
    CHECK(opened.delete_refs({"refs/exps/aa/bb/name"}).size() == 1);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
    CHECK(opened.refs("refs/exps/").empty());
  }
  TEST_CASE("HEAD is a branch or a commit") {
    const TestRepo repo;
    Repo opened = Repo::discover(repo.path());
    CHECK_FALSE(opened.head());
    CHECK(opened.head_branch() == "refs/heads/main");
    repo.write("a", "1");
    const auto commit = repo.commit();
    CHECK(opened.head() == commit);
    repo.git("checkout -q --detach");
    CHECK_FALSE(opened.head_branch());
    CHECK(opened.resolve_revision("HEAD") == commit);
    CHECK(opened.resolve_revision(commit.substr(0, 7)) == commit);
    CHECK_FALSE(opened.resolve_revision("nope"));
    CHECK_FALSE(opened.resolve_revision("d1"));
  }
  TEST_CASE("revisions are what git rev-parse takes them for") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto first = repo.commit();
    repo.git("tag -a -m one v1");
    repo.git("branch with@sign");
    repo.git("branch beef");
    repo.write("a", "2");
    const auto second = repo.commit();
    const Repo opened = Repo::discover(repo.path());
    for (const std::string spec : {"@~1", "HEAD^", "v1", "v1^{}", "tags/v1~0", "main~1", "main@{1}",
                                   "with@sign", "with@sign^0", "beef"}) {
      CAPTURE(spec);
      CHECK(opened.resolve_revision(spec) == first);
    }
    CHECK(opened.resolve_revision("@") == second);
    CHECK(opened.resolve_revision("@{0}") == second);
    CHECK(opened.resolve_revision("v1-1-g" + second.substr(0, 9)) == second);
    CHECK(opened.resolve_revision(second) == second);
    CHECK(opened.resolve_revision(second.substr(0, 6) + "~1") == first);
    for (const std::string spec : {"nope~1", "nope@{0}", "v2", "feed", "v1-1-gfeedfeed0", "v 1",
                                   "..", "0123456789012345678901234567890123456789"}) {
      CAPTURE(spec);
      CHECK_FALSE(opened.resolve_revision(spec));
    }
  }
  TEST_CASE("unknown names cost no memory") {
    const TestRepo repo;
    repo.write("a", "1");
    repo.commit();
    const Repo opened = Repo::discover(repo.path());
    opened.resolve_revision("warm-up");
    const auto before = ::mallinfo2().uordblks;
    for (int i = 0; i < 100; ++i) {
      CHECK_FALSE(opened.resolve_revision("quiet-name"));
      CHECK_FALSE(opened.resolve_revision("feed" + std::to_string(1000 + i)));
    }
    CHECK(::mallinfo2().uordblks - before < 500'000);
  }
}
