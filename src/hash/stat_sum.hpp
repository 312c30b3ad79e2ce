#pragma once
#include <string_view>

#include "fs/file.hpp"
#include "hash/fingerprint.hpp"

namespace expcore::hash {

/// Whether `stat`, taken just now, could be left behind by a later write, too: Git's "racy" case.
bool is_racy(const fs::Stat& stat);

/// Tells whether any file of many changed, came or went: a sum over names and stats, which may be
/// added in any order. Thread safety: confined; sums of several threads can be added up.
class StatSum {
 public:
  void add(std::string_view name, const fs::Stat& stat);
  void add(const StatSum& other);

  const Fingerprint& value() const { return sum_; }
  /// Whether one of the files may change without a trace.
  bool is_racy() const { return racy_; }

 private:
  Fingerprint sum_;
  bool racy_ = false;
};

}  // namespace expcore::hash
