#pragma once
#include <map>
#include <string>
#include <string_view>

#include "support/temp_dir.hpp"

namespace expcore::test {

/// A real Git repository in a temporary folder with a fixed author and fixed dates.
class TestRepo {
 public:
  TestRepo();

  const std::string& path() const { return dir_.path(); }
  std::string operator/(std::string_view name) const { return dir_ / name; }
  std::string write(std::string_view name, std::string_view bytes) const {
    return dir_.write(name, bytes);
  }
  std::string read(std::string_view name) const { return dir_.read(name); }

  /// Runs `git <arguments>` (a shell line) in the repository and returns its output without the
  /// last line feed. Throws when it fails.
  std::string git(const std::string& arguments) const;
  /// Adds everything and commits.
  std::string commit(const std::string& message = "commit") const;
  /// Makes the repository a DVC project.
  void make_project() const;

  /// A clean environment for the library: PATH, a HOME of its own, UTC.
  std::map<std::string, std::string> environment() const;

 private:
  TempDir dir_;
  TempDir home_;
};

}  // namespace expcore::test
