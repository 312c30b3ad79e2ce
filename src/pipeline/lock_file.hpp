#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "pipeline/model.hpp"
#include "yaml/roundtrip.hpp"

namespace expcore::pipeline {

/// What a dvc.lock says, by stage name.
using LockEntries = std::unordered_map<std::string, LockEntry>;

/// The entries of a dvc.lock. Errors as read_document(): `shown` names the file, `revision` the
/// commit.
LockEntries parse_lock(std::string_view text, const std::string& shown,
                       std::string_view revision = {});

/// A dvc.lock: what each stage of the dvc.yaml beside it looked like when it last ran.
///
/// Everything but the entry that is set survives a write as ruamel.yaml's round trip would leave
/// it. Format: docs/formats/dvc-lock.md. Thread safety: confined.
class LockFile {
 public:
  /// `text` is nullopt when the file does not exist; `entries` are what it says.
  LockFile(std::optional<std::string> text, LockEntries entries)
      : exists_(text.has_value()),
        text_(std::move(text).value_or("")),
        entries_(std::move(entries)) {}

  bool exists() const { return exists_; }
  /// nullptr when the stage has none.
  const LockEntry* entry(std::string_view stage) const;

  enum class Change : unsigned char {
    none,     ///< Equal to what was there (Python equality).
    updated,  ///< The file existed.
    created,  ///< The first entry of a new file.
  };
  /// Puts `entry` in, replacing a former one in its place. New entries follow those that were in
  /// the file, in the order of their `rank`, whichever comes first.
  Change set(const std::string& stage, LockEntry entry, std::size_t rank);

  /// The whole file.
  std::string text() const;

  /// What the last set() added, when it added to the end of text() and changed nothing else.
  const std::string* appended() const { return appended_ ? &*appended_ : nullptr; }

 private:
  bool exists_;
  std::map<std::size_t, std::string> added_;  ///< New entries by rank.
  std::string text_;
  LockEntries entries_;
  std::optional<std::string> appended_;
  std::optional<yaml::RoundTrip> document_;  ///< Of `text_`, made when an entry is first set.
};

}  // namespace expcore::pipeline
