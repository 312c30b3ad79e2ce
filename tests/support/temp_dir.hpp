#pragma once
#include <string>
#include <string_view>

namespace expcore::test {

/// A new folder, removed at the end of the test unless the test failed (then its path is printed).
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  /// Writes `name` (folders are made) and returns its path.
  std::string write(std::string_view name, std::string_view bytes) const;
  std::string read(std::string_view name) const;

 private:
  std::string path_;
};

}  // namespace expcore::test
