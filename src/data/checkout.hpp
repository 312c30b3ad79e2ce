#pragma once
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "pipeline/scopes.hpp"

namespace expcore::data {

struct CheckoutOptions {
  pipeline::CollectOptions collect;
  bool force = false;   ///< Also replaces files whose content is nowhere else.
  bool relink = false;  ///< Makes every file anew by the configured link types.
  bool glob = false;    ///< Targets are patterns of output paths.
  EventCallback on_event;
};

/// What a checkout did. Paths are as messages show them, folders end in '/', folders first.
struct CheckoutResult {
  std::vector<std::string> added;
  std::vector<std::string> modified;
  std::vector<std::string> deleted;
  std::vector<std::string> failed;  ///< Outputs that the cache does not have completely.
  std::int64_t files_added = 0;
  std::int64_t files_modified = 0;
  std::int64_t files_deleted = 0;
};

/// Makes the outputs in scope what is recorded for them. An output that the cache does not have
/// completely stays as it is (DVC removes it) and is told in `failed`.
/// Source: DVC dvc/repo/checkout.py. Throws: Error{invalid_argument} "Can't remove the following
/// unsaved files without confirmation. …" before anything is touched.
CheckoutResult checkout(pipeline::Workspace& workspace, const std::vector<std::string>& targets,
                        const CheckoutOptions& options);

}  // namespace expcore::data
