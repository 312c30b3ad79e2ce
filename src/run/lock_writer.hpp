#pragma once
#include <chrono>
#include <map>
#include <string>

#include "pipeline/index.hpp"

namespace expcore::run {

/// Writes dvc.lock files stage by stage.
///
/// When a stage is recorded, the file holds it before anything else runs. A file is replaced whole
/// (temporary name, rename); in a burst of short stages a new entry is appended with one write
/// instead, so that a stage does not cost what all before it wrote, and the file is replaced again
/// within a second and at the end. What other programs wrote meanwhile is kept.
/// Thread safety: confined to a Turn.
class LockWriter {
 public:
  explicit LockWriter(pipeline::Index& index) : index_(index) {}
  ~LockWriter();  ///< finish(); what goes wrong then leaves the files as they are.
  LockWriter(const LockWriter&) = delete;
  LockWriter& operator=(const LockWriter&) = delete;

  /// As LockFile::set(), then on the disk.
  pipeline::LockFile::Change set(const pipeline::Stage& stage, pipeline::LockEntry entry,
                                 std::size_t rank);

  /// Replaces the files that were appended to.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  struct File {
    pipeline::Stage stage;  ///< One of those it records.
    Clock::time_point replaced;
    bool is_appended = false;
  };
  void replace(File& file);

  pipeline::Index& index_;
  std::map<std::string, File> files_;  ///< By path: those written.
};

}  // namespace expcore::run
