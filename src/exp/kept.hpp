#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "git/repo.hpp"

namespace expcore::exp {

/// What was read from commits, by their ids, in one file that grows by appending. A commit never
/// changes, so nothing in it ever becomes wrong.
///
/// A cache: a missing, damaged or locked file costs time and is never an error; a damaged one is
/// replaced at the next write. Other processes may read and write it at the same time.
/// Format: docs/formats/locks-and-state.md.
/// Thread safety: confined.
class KeptTexts {
 public:
  /// `kind` says what the texts are; a file of another kind counts as damaged.
  KeptTexts(std::string path, std::string_view kind);
  /// Writes what is new.
  ~KeptTexts();
  KeptTexts(const KeptTexts&) = delete;
  KeptTexts& operator=(const KeptTexts&) = delete;

  /// Valid as long as this object.
  std::optional<std::string_view> find(const git::Id& commit);
  /// Replaces what is there.
  void keep(const git::Id& commit, std::string text);
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore::exp
