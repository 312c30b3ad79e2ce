#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <expcore/cancel.hpp>
#include <expcore/dag.hpp>
#include <expcore/event.hpp>
#include <expcore/export.hpp>

namespace expcore {

class Project;

/// One stage of a dvc.yaml, or a `.dvc` file.
struct StageInfo {
  std::string address;  ///< "train", "sub/dvc.yaml:train", "data.csv.dvc".
  std::string file;     ///< Of the definition, relative to the project's directory.
  StageKind kind = StageKind::pipeline;  ///< What defines it.
  std::vector<std::string> command;      ///< As written: one string, or the items of a list.
  std::vector<std::string> deps;         ///< Paths relative to the project's directory.
  std::vector<std::string> params;    ///< "params.yaml:train.lr"; "params.yaml" for a whole file.
  std::vector<std::string> outs;      ///< Without metrics and plots.
  std::vector<std::string> metrics;   ///< Outputs that are metrics.
  std::vector<std::string> plots;     ///< Outputs that are plots.
  std::vector<std::string> upstream;  ///< Addresses of the stages that it needs.
  bool frozen = false;                ///< Not run, whatever changed.
  bool always_changed = false;        ///< Run every time.
  /// The first line of its `desc`, else what it writes or reads in words: "Outputs a; Reports b".
  std::string description;
};

/// Which stages Pipeline::list() lists.
struct StageListOptions {
  std::vector<std::string> targets;  ///< Stages, files, folders (`recursive`); empty: dvc.yaml.
  bool all = false;                  ///< Every stage of the project instead.
  bool recursive = false;            ///< Folders among the targets: what is below them.
  bool fail = false;  ///< With `all` or `recursive`: a broken file is an error, not passed over.
};

/// One path or parameter that differs from what was recorded.
struct ChangeInfo {
  std::string path;   ///< File or folder, relative to the project's directory.
  std::string key;    ///< Dotted parameter name; "" for the path itself.
  std::string state;  ///< DVC's word: "new", "modified", "deleted", "not in cache".
};

/// Why a stage is stale.
struct StageStatus {
  std::string address;                   ///< "train", "sub/dvc.yaml:train", "data.csv.dvc".
  StageKind kind = StageKind::pipeline;  ///< What defines it.
  bool command_changed = false;          ///< The command is not the one that was recorded.
  bool always_changed = false;           ///< It says that it is stale every time.
  std::vector<ChangeInfo> deps;          ///< Parameters included.
  std::vector<ChangeInfo> outs;          ///< Outputs that are not what was recorded.

  /// Whether there is any reason.
  bool is_stale() const {
    return command_changed || always_changed || !deps.empty() || !outs.empty();
  }
};

/// Which stages Pipeline::status() and Pipeline::explain() look at.
struct StatusOptions {
  std::vector<std::string> targets;  ///< Empty: every stage of the project.
  bool with_deps = false;            ///< The targets' upstream stages, too.
  bool recursive = false;            ///< Folders as targets.
  EventCallback on_event;            ///< Warnings.
};

/// The answer of Pipeline::status().
struct PipelineStatus {
  std::vector<StageStatus> stale;  ///< Stages that are stale, in index order.
  std::size_t stage_count = 0;     ///< How many stages were looked at.

  /// Whether no stage is stale.
  bool up_to_date() const { return stale.empty(); }
};

/// Something a stage reads that another stage, itself to be brought up to date, makes.
struct InheritedReason {
  std::string path;   ///< File or folder, relative to the project's directory.
  std::string stage;  ///< Address of the stage that makes it.
};

/// Why a run would not pass a stage by.
struct StageExplanation {
  std::string address;                     ///< "train", "sub/dvc.yaml:train".
  std::vector<std::string> direct;         ///< "dependency 'x' modified", "changed command", …
  std::vector<InheritedReason> inherited;  ///< In the order of what the stage reads.
};

/// The answer of Pipeline::explain().
struct EXPCORE_API PipelineExplanation {
  std::vector<StageExplanation> stages;  ///< In the order in which they would be run.

  /// What is at the beginning of a stage's chain and the stages on the way, nearest first:
  /// `{"evaluate", "train"}` and "param 'lr' in 'params.yaml' modified". Follows the first reason
  /// of each stage.
  std::pair<std::vector<std::string>, std::string> chain_of(const StageExplanation& stage) const;

  /// `[{"stage": "train", "direct": ["changed command"], "inherited": [{"path": "model.pkl",
  /// "stage": "prepare"}]}]`.
  std::string json() const;
};

/// What happens after a stage failed.
enum class OnError : std::int32_t {
  fail = 0,        ///< Stop.
  keep_going = 1,  ///< Go on with what does not depend on it; fail at the end.
  ignore = 2,      ///< Report it as a warning and go on with everything.
};

/// What commands' standard streams are.
enum class CommandStreams : std::int32_t {
  capture = 0,  ///< Pipes; what they write comes as `output` events.
  inherit = 1,  ///< This process's own: for programs at a terminal.
};

/// How Pipeline::run() works.
struct RunOptions {
  std::vector<std::string> targets;  ///< Empty: the dvc.yaml of the project's directory.
  bool force = false;                ///< Run every planned stage.
  bool force_downstream = false;     ///< Run everything below a stage that ran.
  bool single_item = false;          ///< The targets alone.
  bool pipeline = false;             ///< The whole pipelines of the targets.
  bool all_pipelines = false;        ///< Every stage of the project.
  bool recursive = false;            ///< Folders as targets.
  bool downstream = false;           ///< The targets and what depends on them.
  bool glob = false;                 ///< Targets are patterns.
  bool dry = false;                  ///< Only tell what would run.
  bool no_commit = false;            ///< Leave the cache alone.
  bool no_run_cache = false;         ///< Do not restore former results.
  /// Data that is not there is no reason to run a stage that did not change otherwise.
  bool allow_missing = false;
  /// Data that is not there comes from the remotes where a stage did not change otherwise, and the
  /// default remote's run-cache is used, too. What they lack is a warning.
  bool pull = false;
  /// How many stages may run at once, as the requests under their `meta: {expcore: …}` and the
  /// machine allow; 0: as many as there are processors. What is written does not depend on it.
  /// More than 1 wants CommandStreams::capture: stages would share standard input.
  std::uint32_t jobs = 1;
  OnError on_error = OnError::fail;                  ///< What happens after a stage failed.
  CommandStreams streams = CommandStreams::capture;  ///< What commands read from and write to.
  EventCallback on_event;                            ///< May be empty.
  /// Stops running commands with all their processes; nothing of them is recorded.
  std::optional<CancelToken> cancel;
  /// Asked before each stage runs when set; false: the stage fails, "reproduction aborted by the
  /// user", and `on_error` says what becomes of the others.
  std::function<bool(const std::string& stage)> confirm;
};

/// What became of one stage.
struct StageRun {
  std::string address;                        ///< "train", "sub/dvc.yaml:train", "data.csv.dvc".
  StageOutcome outcome = StageOutcome::none;  ///< How it ended.
  std::string reason;                         ///< Why it ran; "" when it was up to date.
  double seconds = 0;                         ///< Wall clock; 0 when nothing was run.
};

/// What Pipeline::run() did.
struct EXPCORE_API RunSummary {
  std::vector<StageRun> stages;    ///< In the order they were gone through.
  std::size_t reproduced() const;  ///< Stages that ran or were restored or recorded.
};

/// The stages of a project and their graph.
///
/// Thread safety: thread-compatible.
class EXPCORE_API Pipeline {
 public:
  /// What was moved from may only be assigned to or destroyed.
  Pipeline(Pipeline&&) noexcept;
  /// As above.
  Pipeline& operator=(Pipeline&&) noexcept;
  ~Pipeline();

  /// Every stage, in DVC's index order. Throws: Error{parse} with details() for a malformed file,
  /// Error{invalid_argument} for overlapping outputs and cycles.
  std::vector<StageInfo> stages() const;

  /// Stages in the order of the targets, each once, without `upstream`: nothing but what is named
  /// is looked at. Throws: Error{parse} for a broken file that is named, Error{not_found} for an
  /// unknown target.
  std::vector<StageInfo> list(const StageListOptions& options = {}) const;

  /// What needs what. Throws: what stages() does; Error{not_found} "'x' does not exist as an output
  /// or a stage name in 'dvc.yaml': …" for the target.
  Dag dag(const DagOptions& options = {}) const;

  /// What is stale and why. Writes nothing but the state database.
  PipelineStatus status(const StatusOptions& options = {}) const;

  /// Every stage that run() would not pass by, with its reasons: what changed for the stage itself,
  /// and what it reads of stages before it that are in the list, too. Frozen stages and data files
  /// hand nothing on. Whether a former result is restored instead of a command run is not looked
  /// at. Writes and throws as status() does, and for overlaps and cycles as stages().
  PipelineExplanation explain(const StatusOptions& options = {}) const;

  /// Brings stages up to date, as `dvc repro`.
  /// Throws: Error{stage_failed} "failed to reproduce 'train': failed to run: …, exited with 1",
  /// Error{busy}, Error{cancelled} and what stages() throws.
  RunSummary run(const RunOptions& options = {}) const;

 private:
  friend class Project;
  explicit Pipeline(const Project& project);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore
