#pragma once
#include <string>
#include <string_view>

#include "git/repo.hpp"

namespace expcore::git {

Id to_id(const RawId& id);

/// An object as Git hashes and keeps it.
class RawObject {
 public:
  /// `kind`: "blob", "tree" or "commit".
  RawObject(std::string_view kind, std::string_view content);

  const std::string& bytes() const { return bytes_; }  ///< Kind and size before the content.
  const RawId& id() const { return id_; }

 private:
  std::string bytes_;
  RawId id_;
};

/// The objects of a repository that are files of their own, for writing without libgit2.
/// Format: gitformat-loose(5). Thread safety: thread-safe.
class LooseObjects {
 public:
  /// `folder`: the repository's `objects`.
  explicit LooseObjects(std::string folder) : folder_(std::move(folder)) {}

  /// Readers find the object when this returns; it is not on the disk yet. One that is there
  /// becomes as young as a new one, so that `git gc` does not take it for garbage. Packed ones are
  /// not looked for: the object is then there twice until the next `git gc`.
  void write(const RawObject& object) const;

 private:
  std::string folder_;
};

}  // namespace expcore::git
