#pragma once
#include <optional>
#include <string>
#include <vector>

#include "git/repo.hpp"
#include "queue/store.hpp"

/// What an attempt is about to publish, told before the experiment's ref moves.
/// Format: docs/formats/queue.md.
namespace expcore::queue {

struct PublishedResult {
  git::Id commit;
  std::string ref;
};

/// Written, not flushed: whoever moves the ref flushes the file system first.
void write_result(const Store& store, AttemptId attempt, const PublishedResult& result);
std::optional<PublishedResult> read_result(const Store& store, AttemptId attempt);
void remove_result(const Store& store, AttemptId attempt);

/// Paths of what crashed workers left behind of attempts that ended long enough ago to be on the
/// disk.
std::vector<std::string> old_results(Store& store);
void remove_old_results(Store& store);

}  // namespace expcore::queue
