#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fs/descriptor.hpp"
#include "git/repo.hpp"

namespace expcore::git {

struct PackedLine {
  std::string_view name;
  std::string_view target;
};

/// Whether `text` is 40 lower-case hex digits.
bool is_id(std::string_view text);

/// The ref a line of packed-refs names; nullopt for comments and peeled values.
std::optional<PackedLine> parse_packed(std::string_view line);

/// The file packed-refs of a repository, read again only when it has been replaced since.
/// Thread safety: confined.
class PackedRefs {
 public:
  explicit PackedRefs(std::string path) : path_(std::move(path)) {}

  /// nullopt when there is no such ref in it.
  std::optional<Id> find(std::string_view name);
  /// Those whose names start with `prefix`, in the file's order.
  std::vector<RefEntry> with_prefix(std::string_view prefix);

 private:
  void refresh();

  std::string path_;
  fs::Descriptor file_;  ///< Kept open, so that nothing else gets its inode.
  fs::Stat stat_;        ///< Of `file_`.
  std::string text_;     ///< Lines, each with its end.
};

}  // namespace expcore::git
