#include "support/test_repo.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace expcore::test {

TestRepo::TestRepo() {
  home_.write(".gitconfig", "[user]\n\tname = Tester\n\temail = tester@example.com\n");
  git("init -q -b main");
  git("config user.name Tester");
  git("config user.email tester@example.com");
}

std::string TestRepo::git(const std::string& arguments) const {
  const std::string command = "cd '" + path() + "' && HOME='" + home_.path() +
                              "' GIT_AUTHOR_DATE='2026-01-02T03:04:05Z' "
                              "GIT_COMMITTER_DATE='2026-01-02T03:04:05Z' git " +
                              arguments + " 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             [](std::FILE*) { return 0; });
  if (!pipe) throw std::runtime_error("cannot run git");
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    output.append(buffer.data(), got);
  }
  if (::pclose(pipe.get()) != 0) throw std::runtime_error("git " + arguments + ": " + output);
  if (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

std::string TestRepo::commit(const std::string& message) const {
  git("add -A");
  git("commit -q -m '" + message + "'");
  return git("rev-parse HEAD");
}

void TestRepo::make_project() const {
  write(".dvc/config", "");
  write(".dvc/.gitignore", "/config.local\n/tmp\n/cache\n");
  write(".dvcignore", "");
}

std::map<std::string, std::string> TestRepo::environment() const {
  return {{"PATH", "/usr/bin:/bin"}, {"HOME", home_.path()}, {"TZ", "UTC"}, {"SHELL", "/bin/sh"}};
}

}  // namespace expcore::test
