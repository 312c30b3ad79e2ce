#pragma once
#include <optional>
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "pipeline/index.hpp"
#include "pipeline/observations.hpp"
#include "run/reproduce.hpp"

namespace expcore::run {

/// A stage that a run found up to date.
struct CleanStage {
  std::string address;
  StageKind kind = StageKind::pipeline;
  bool frozen = false;
};

/// The last run of a large pipeline that found nothing to do: which stages it went through, and
/// everything on the disk that this followed from. While none of it has changed, neither has the
/// answer, and nothing but stats is needed to see that (as with ninja's logs).
///
/// A cache in `.dvc/tmp/expcore/clean`, one file for each folder that runs are started from.
/// Thread safety: confined.
class CleanRecord {
 public:
  /// `since`: when the run began, nanoseconds since the epoch.
  CleanRecord(const pipeline::Workspace& workspace, const ReproduceOptions& options,
              std::int64_t since);

  /// The stages in plan order, when the last run was asked for the same and nothing has changed.
  std::optional<std::vector<CleanStage>> find() const;

  /// Remembers that `plan` was up to date. Nothing when that cannot be relied on, or is faster to
  /// find out again.
  void save(pipeline::Index& index, const std::vector<pipeline::StageId>& plan) const;

 private:
  bool observe(pipeline::Observations& seen, pipeline::Index& index,
               const std::vector<pipeline::StageId>& plan) const;

  const pipeline::Workspace& workspace_;
  const ReproduceOptions& options_;
  std::int64_t since_;
  bool is_usable_;
  std::string key_;
  std::string file_;
};

}  // namespace expcore::run
