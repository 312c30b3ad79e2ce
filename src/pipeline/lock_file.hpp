#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pipeline/model.hpp"
#include "yaml/roundtrip.hpp"

namespace expcore::pipeline {

/// A dvc.lock: what each stage of the dvc.yaml beside it looked like when it last ran.
///
/// Everything but the entry that is set survives a write as ruamel.yaml's round trip would leave
/// it. Format: docs/formats/dvc-lock.md. Thread safety: confined.
class LockFile {
 public:
  /// `text` is nullopt when the file does not exist. Errors as read_document(): `shown` names the
  /// file, `revision` the commit.
  LockFile(std::optional<std::string> text, const std::string& shown,
           std::string_view revision = {});

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

 private:
  bool exists_;
  std::map<std::size_t, std::string> added_;  ///< New entries by rank.
  std::unordered_map<std::string, LockEntry> entries_;
  yaml::RoundTrip document_;
};

}  // namespace expcore::pipeline
