#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <expcore/error.hpp>
#include <expcore/queue.hpp>
#include <fmt/format.h>

#include "api/queue_impl.hpp"
#include "queue/doctor.hpp"

namespace expcore {

namespace {

std::vector<queue::Finding> examine(std::optional<queue::Store>& store,
                                    pipeline::Workspace& workspace, const std::string& folder) {
  try {
    if (!store) store = queue::Store::open_existing(folder);
    if (!store) return {};
    return queue::examine(*store, workspace);
  } catch (const Error& error) {
    if (error.code() != Errc::io) throw;
    return {queue::unusable_store(error.full_message())};
  }
}

QueueFinding to_public(const queue::Finding& finding) {
  QueueFinding result;
  result.kind = finding.kind;
  result.task = finding.task;
  result.what = finding.what;
  result.remedy = finding.remedy;
  result.fixable = static_cast<bool>(finding.fix);
  return result;
}

void fix(const queue::Finding& finding, QueueFinding& result) {
  try {
    finding.fix();
    result.fixed = true;
  } catch (const Error& error) {
    result.what += fmt::format("; to {} failed: {}", finding.remedy, error.full_message());
  }
}

}  // namespace

std::vector<QueueFinding> Queue::doctor(bool fixes) const {
  constexpr int rounds = 3;  // a lost attempt leaves things behind that are seen once it is ended
  const auto workspace = impl_->project->open();
  std::optional<queue::Store> store;
  std::vector<QueueFinding> results;
  std::vector<std::string> seen;
  for (int round = 0; round < (fixes ? rounds : 1); ++round) {
    bool changed = false;
    for (const auto& finding : examine(store, *workspace, impl_->folder())) {
      if (std::find(seen.begin(), seen.end(), finding.what) != seen.end()) continue;
      seen.push_back(finding.what);
      results.push_back(to_public(finding));
      if (!fixes || !finding.fix) continue;
      fix(finding, results.back());
      changed = true;
    }
    if (!changed) break;
  }
  return results;
}

}  // namespace expcore
