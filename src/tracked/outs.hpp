#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cache/object.hpp"
#include "pipeline/workspace.hpp"
#include "revision/names.hpp"
#include "revision/view.hpp"

/// The data that revisions of a project refer to.
namespace expcore::tracked {

/// An output as one revision records it.
struct Out {
  std::string path;    ///< Absolute.
  cache::ObjectId id;  ///< Empty when nothing is recorded.
  std::optional<std::int64_t> size;
  bool is_executable = false;
  bool is_cached = true;   ///< False for `cache: false`.
  bool can_push = true;    ///< False for `push: false`.
  bool is_import = false;  ///< Of `dvc import`: its data is another repository's.
  pipeline::OutKind kind = pipeline::OutKind::out;
  std::string remote;  ///< Pinned to this remote; "": the default one.
  std::string stage;   ///< Address, for messages.
  /// A file or folder below `path` (relative to it) that alone is meant; "" means all of it.
  std::string part;
};

/// What to look at.
struct Scope {
  std::vector<std::string> targets;  ///< As typed; empty: everything.
  bool with_deps = false;            ///< And whatever the targets need.
  bool recursive = false;            ///< Folders as targets.
  bool glob = false;                 ///< Targets are patterns of paths.
  revision::Selection revisions;
  bool workspace = true;  ///< The work tree, too.
  /// Skip a revision that cannot be read, with a warning "failed to collect '<rev>', skipping".
  bool skip_unreadable = true;
  /// How warnings and errors about such a revision begin.
  std::string failure = "failed to collect";
};

/// The outputs of one revision that the targets name, each once, in DVC's order.
/// Throws: Error{not_found} in DVC's words for a target that is nothing.
std::vector<Out> select(const pipeline::Workspace& workspace, const revision::Stages& stages,
                        const Scope& scope);

/// One revision's outputs.
struct RevisionOuts {
  std::string name;  ///< "workspace" or the commit's names.
  std::vector<Out> outs;
};

/// The outputs of the work tree and of every selected revision. A revision that cannot be read is
/// passed over with a warning; when all are, the last error is thrown.
std::vector<RevisionOuts> collect(pipeline::Workspace& workspace, const Scope& scope);

}  // namespace expcore::tracked
