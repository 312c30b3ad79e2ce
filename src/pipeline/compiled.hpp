#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/loader.hpp"
#include "pipeline/lock_file.hpp"
#include "pipeline/model.hpp"

namespace expcore::pipeline {

/// What large pipeline and lock files say, in a form that is read some twenty times faster than
/// YAML. A cache in `.dvc/tmp/expcore/compiled`: an entry counts only for the very bytes it was
/// made from (and those of the params and vars files that templates read), may be deleted at any
/// time, and a damaged one is passed over.
///
/// Files of less than a few kilobytes are not worth one. Format: docs/formats/locks-and-state.md.
/// Thread safety: thread-safe between processes; confined within one.
class CompiledFiles {
 public:
  /// `folder` is made on the first write.
  explicit CompiledFiles(std::string folder) : folder_(std::move(folder)) {}

  /// parse_pipeline(), from the cache when nothing it read has changed.
  PipelineFile pipeline(std::string_view text, const std::string& path,
                        const LoadContext& context) const;

  /// The entries of a dvc.lock with this text; `parse` makes them when they are not known.
  LockEntries lock(std::string_view text, const std::string& path,
                   const std::function<LockEntries()>& parse) const;

 private:
  std::string file_of(const std::string& path) const;
  void store(const std::string& file, std::string bytes) const;

  std::string folder_;
};

}  // namespace expcore::pipeline
