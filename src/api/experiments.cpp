#include <cctype>
#include <iterator>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <expcore/experiments.hpp>

#include "api/impl.hpp"
#include "exp/apply.hpp"
#include "exp/diff.hpp"
#include "exp/git_remote.hpp"
#include "exp/manage.hpp"
#include "exp/record.hpp"
#include "exp/run.hpp"
#include "exp/running.hpp"
#include "exp/save.hpp"
#include "exp/share.hpp"
#include "exp/show.hpp"
#include "exp/slot.hpp"
#include "exp/slot_run.hpp"
#include "exp/table.hpp"
#include "metrics/format.hpp"
#include "queue/dvc_queue.hpp"
#include "queue/recover.hpp"
#include "queue/show.hpp"
#include "queue/snapshot.hpp"
#include "yaml/writer.hpp"

namespace expcore {

struct Experiments::Impl {
  std::shared_ptr<const Project::Impl> project;
};

Experiments::Experiments(const Project& project) : impl_(new Impl{project.impl_}) {}
Experiments::Experiments(Experiments&&) noexcept = default;
Experiments& Experiments::operator=(Experiments&&) noexcept = default;
Experiments::~Experiments() = default;

namespace {

void require_git(const pipeline::Workspace& workspace) {
  if (workspace.repo) return;
  throw Error(Errc::git,
              "Only supported for Git repositories. If you're seeing this error in a Git repo, try "
              "updating the DVC configuration with `dvc config core.no_scm false`.");
}

std::optional<queue::Store> queue_of(pipeline::Workspace& workspace) {
  return queue::open_recovered(queue::queue_folder(workspace),
                               [&]() -> git::Repo& { return *workspace.repo; });
}

exp::ShowOptions to_internal(const ShowOptions& options, pipeline::Workspace& workspace) {
  exp::ShowOptions result;
  result.queue = [&workspace, options = exp::SnapshotOptions{options.force, options.param_deps}](
                     const std::vector<git::Id>& baselines) {
    auto rows = queue::shown_dvc_tasks(workspace, baselines, options);
    auto store = queue_of(workspace);
    if (!store) return rows;
    auto ours = queue::shown_tasks(*store, workspace, baselines, options);
    std::move(ours.begin(), ours.end(), std::back_inserter(rows));
    return rows;
  };
  result.revisions.revs = options.revs;
  result.revisions.num = options.num;
  result.revisions.all_branches = options.all_branches;
  result.revisions.all_tags = options.all_tags;
  result.revisions.all_commits = options.all_commits;
  result.snapshot.force = options.force;
  result.snapshot.param_deps = options.param_deps;
  result.hide_workspace = options.hide_workspace;
  result.hide_queued = options.hide_queued;
  result.hide_failed = options.hide_failed;
  result.sha_only = options.sha_only;
  return result;
}

std::vector<NamedValue> to_values(const std::vector<exp::FileResult>& files) {
  std::vector<NamedValue> values;
  for (const auto& file : files) {
    if (file.error) {
      NamedValue failed;
      failed.file = file.path;
      failed.value.type = CellValue::Type::error;
      failed.value.text = file.error->message;
      values.push_back(std::move(failed));
      continue;
    }
    for (const auto& [key, value] : metrics::flatten(file.data)) {
      values.push_back({file.path, key, api::to_cell(value)});
    }
  }
  return values;
}

std::string capitalized(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

ExperimentRow to_row(const exp::State& state, RowKind kind) {
  ExperimentRow row;
  row.kind = kind;
  row.rev = state.rev;
  row.name = state.name.value_or("");
  if (state.error) row.error = state.error->message;
  if (!state.data) return row;
  row.created = state.data->timestamp.value_or("");
  row.metrics = to_values(state.data->metrics);
  row.params = to_values(state.data->params);
  for (const auto& dep : state.data->deps) {
    NamedValue value;
    value.file = dep.path;
    if (dep.hash) {
      value.value.type = CellValue::Type::text;
      value.value.text = *dep.hash;
    }
    row.deps.push_back(std::move(value));
  }
  return row;
}

}  // namespace

ExperimentRun Experiments::run(const ExperimentRunOptions& given) const {
  ExperimentRunOptions options = given;
  options.run = impl_->project->with_log_in(given.run);
  exp::RunOptions internal;
  internal.reproduce = api::to_internal(options.run, "expcore exp run");
  internal.name = options.name;
  internal.message = options.message;
  internal.overrides = api::to_overrides(options.set_params);
  internal.no_hydra = options.no_hydra;
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  workspace->on_warning = api::warnings_to(options.run.on_event);
  internal.copy_paths = options.copy_paths;
  const bool temp = options.temp && !options.run.dry;
  const auto result =
      temp ? exp::run_in_temp(*workspace, internal) : exp::run_in_workspace(*workspace, internal);
  return {result.name, result.commit, result.ref, api::summarize(result.reproduction)};
}

std::vector<ExperimentRow> Experiments::show(const ShowOptions& options) const {
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  std::vector<ExperimentRow> rows;
  for (const auto& state : exp::show(*workspace, to_internal(options, *workspace))) {
    rows.push_back(
        to_row(state, state.rev == "workspace" ? RowKind::workspace : RowKind::baseline));
    for (const auto& range : state.experiments) {
      ExperimentRow row = to_row(range.revs.front(), RowKind::experiment);
      row.baseline = state.rev;
      if (range.executor) {
        row.state = capitalized(range.executor->state);
        row.executor = capitalized(range.executor->name.value_or(""));
      }
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::string Experiments::show_json(const ShowOptions& options) const {
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  auto internal = to_internal(options, *workspace);
  internal.form = exp::Form::json;
  return exp::to_json(exp::show(*workspace, internal));
}

ExperimentTable Experiments::show_table(const ShowOptions& options, const TableOptions& table,
                                        bool csv) const {
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  exp::TableRequest request;
  request.only_changed = table.only_changed;
  request.drop = table.drop;
  request.keep = table.keep;
  request.sort_by = table.sort_by;
  request.descending = table.descending;
  request.precision = table.precision;
  request.csv = csv;
  auto internal = to_internal(options, *workspace);
  internal.form = exp::Form::flat;
  auto made = exp::make_table(exp::show(*workspace, internal), request);
  ExperimentTable result;
  result.headers = std::move(made.headers);
  result.rows = std::move(made.rows);
  for (const auto kind : made.kinds) {
    result.kinds.push_back(static_cast<ExperimentTable::Column>(kind));
  }
  return result;
}

namespace {

exp::RevisionOptions to_internal(const ExperimentSelection& selection) {
  exp::RevisionOptions options;
  options.revs = selection.revs;
  options.num = selection.num;
  options.all_commits = selection.all_commits;
  return options;
}

exp::DiffRequest to_internal(const ExperimentDiffOptions& options) {
  return {options.a_rev, options.b_rev, options.all, options.param_deps};
}

}  // namespace

namespace {

std::vector<exp::ExpRef> all_refs(const pipeline::Workspace& workspace,
                                  const std::string& git_remote) {
  return git_remote.empty() ? exp::list_refs(*workspace.repo)
                            : exp::GitRemote(workspace, git_remote).experiments();
}

}  // namespace

std::vector<ExperimentRef> Experiments::list(const ListOptions& options) const {
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  git::Repo& repo = *workspace->repo;
  auto refs = exp::select_refs(repo, all_refs(*workspace, options.git_remote),
                               to_internal(options.selection));
  exp::Describer describer(repo);
  std::vector<ExperimentRef> result;
  result.reserve(refs.size());
  for (auto& ref : refs) {
    const bool is_next = !result.empty() && result.back().baseline == ref.baseline;
    auto baseline_name =
        is_next ? result.back().baseline_name : describer.describe(ref.baseline).value_or("");
    auto refname = ref.refname();
    result.push_back({std::move(ref.name), std::move(ref.commit), std::move(ref.baseline),
                      std::move(baseline_name), std::move(refname)});
  }
  return result;
}

namespace {

/// Experiments, and tasks of the queue that do not run.
struct Removal {
  std::vector<exp::ExpRef> refs;
  std::vector<queue::Task> tasks;
  std::vector<std::string> names;  ///< What is told.

  void add_queued(queue::Store& store) {
    for (const auto state : {queue::TaskState::queued, queue::TaskState::held}) {
      for (auto& task : store.tasks(queue::Store::Detail::brief, state)) {
        names.push_back(task.name);
        tasks.push_back(std::move(task));
      }
    }
  }

  void add_refs(std::vector<exp::ExpRef> chosen) {
    for (auto& ref : chosen) {
      names.push_back(ref.name);
      refs.push_back(std::move(ref));
    }
  }

  /// Either is enough. Throws: Error{not_found} for names that neither have.
  void add_names(const std::vector<exp::ExpRef>& all, std::optional<queue::Store>& store,
                 const std::optional<git::Id>& head, const RemoveOptions& options) {
    std::vector<std::string> unknown;
    for (const auto& name : options.names) {
      auto task = store ? store->find(name) : std::nullopt;
      if (task && task->state == queue::TaskState::running) task.reset();
      try {
        const auto found = exp::resolve_names(all, {name}, head, options.git_remote);
        refs.insert(refs.end(), found.begin(), found.end());
      } catch (const Error& error) {
        if (error.code() != Errc::not_found) throw;
        if (!task) unknown.push_back(name);
      }
      if (task) tasks.push_back(std::move(*task));
    }
    if (!unknown.empty()) throw exp::unresolved_error(unknown, options.git_remote);
    names = options.names;
  }
};

}  // namespace

std::vector<std::string> Experiments::remove(const RemoveOptions& options) const {
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  if (options.keep && options.queue) {
    throw Error(Errc::invalid_argument, "Cannot use both `--keep` and `--queue`.");
  }
  git::Repo& repo = *workspace->repo;
  const auto all = all_refs(*workspace, options.git_remote);
  auto store = options.git_remote.empty() ? queue_of(*workspace) : std::nullopt;
  Removal removal;
  if (options.queue && store) removal.add_queued(*store);
  const auto& selection = options.selection;
  if (!options.names.empty()) {
    removal.add_names(all, store, repo.head(), options);
  } else if (!selection.revs.empty() || selection.all_commits) {
    auto by_revs = to_internal(selection);
    by_revs.all_commits = selection.revs.empty();  // revisions win, as in DVC
    removal.add_refs(exp::select_refs(repo, all, by_revs));
  }
  if (options.keep) {
    std::set<std::string> kept;
    for (const auto& ref : removal.refs)
      kept.insert(ref.refname());
    auto others = all;
    std::erase_if(others, [&](const auto& ref) { return kept.contains(ref.refname()); });
    removal = {};
    removal.add_refs(std::move(others));
  }
  if (options.git_remote.empty()) {
    exp::delete_experiments(repo, removal.refs);
  } else {
    exp::delete_remote_experiments(*workspace, options.git_remote, removal.refs);
  }
  if (!removal.tasks.empty()) queue::remove_tasks(*store, repo, removal.tasks);
  return removal.names;
}

bool Experiments::rename(const std::string& experiment, const std::string& name,
                         const RenameOptions& options) const {
  const auto workspace = impl_->project->open();
  exp::require_head(*workspace);
  if (!options.git_remote.empty()) {
    return exp::rename_remote_experiment(*workspace, options.git_remote, experiment, name,
                                         options.force);
  }
  return exp::rename(*workspace->repo, experiment, name, options.force).has_value();
}

std::pair<std::string, std::string> Experiments::branch(const std::string& experiment,
                                                        const std::string& branch) const {
  return exp::make_branch(*impl_->project->open(), experiment, branch);
}

ExperimentRef Experiments::save(const ExperimentSaveOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->project->open();
  workspace->on_warning = api::warnings_to(options.on_event);
  exp::SaveOptions internal;
  internal.targets = options.targets;
  internal.recursive = options.recursive;
  internal.name = options.name;
  internal.force = options.force;
  internal.include_untracked = options.include_untracked;
  internal.message = options.message;
  internal.on_event = options.on_event;
  const auto saved = exp::save(*workspace, internal);
  ExperimentRef result;
  result.name = saved.name;
  result.commit = saved.commit;
  result.ref = saved.ref;
  result.baseline = saved.baseline;
  return result;
}

void Experiments::apply(const std::string& experiment, const EventCallback& listener) const {
  const auto on_event = impl_->project->heard(listener);
  const auto workspace = impl_->project->open();
  workspace->on_warning = api::warnings_to(on_event);
  exp::apply(*workspace, experiment, on_event);
}

namespace {

exp::ShareRequest to_internal(const ShareOptions& options) {
  exp::ShareRequest request;
  request.git_remote = options.git_remote;
  request.names = options.names;
  request.revisions = to_internal(options.selection);
  request.force = options.force;
  request.data = !options.no_cache;
  request.remote = options.remote;
  request.run_cache = options.run_cache;
  request.transfer = api::transfer_options(options.jobs, options.cancel);
  return request;
}

ShareResult to_public(const exp::ShareResult& done) {
  const auto refs = [](const std::vector<exp::ExpRef>& list) {
    std::vector<ExperimentRef> result;
    for (const auto& ref : list)
      result.push_back({ref.name, ref.commit, ref.baseline, "", ref.refname()});
    return result;
  };
  ShareResult result;
  result.done = refs(done.done);
  result.up_to_date = refs(done.up_to_date);
  result.diverged = refs(done.diverged);
  result.transferred = static_cast<std::int64_t>(done.transferred);
  for (const auto& failure : done.failed)
    result.failed.push_back(failure.id.hex + ": " + failure.reason);
  result.data_error = done.data_error;
  return result;
}

ShareResult share(pipeline::Workspace& workspace, const ShareOptions& options,
                  exp::ShareResult (*move)(pipeline::Workspace&, const exp::ShareRequest&)) {
  workspace.on_warning = api::warnings_to(options.on_event);
  workspace.meter.tell_to(api::progress_to(options.on_event));
  const auto done = move(workspace, to_internal(options));
  workspace.meter.finish();
  return to_public(done);
}

}  // namespace

ShareResult Experiments::push(const ShareOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  return share(*impl_->project->open(), options, &exp::push);
}

ShareResult Experiments::pull(const ShareOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  return share(*impl_->project->open(), options, &exp::pull);
}

void Experiments::clean() const {
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  exp::remove_slots(*workspace);
  exp::prune_finished_runs(*workspace, 0);
}

ExperimentDiff Experiments::diff(const ExperimentDiffOptions& options) const {
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  const auto request = to_internal(options);
  const auto difference = exp::diff(*workspace, request);
  ExperimentDiff result;
  if (!difference) {
    result.has_commits = false;
    return result;
  }
  const auto precision = options.precision == 0 ? std::nullopt : std::optional(options.precision);
  const auto make = [&](const auto& files, const char* title, std::optional<int> digits) {
    auto table = exp::diff_table(files, title, digits, request);
    if (options.no_path) table.drop("Path");
    return Table{std::move(table.headers), std::move(table.rows)};
  };
  result.metrics = make(difference->metrics, "Metric", precision);
  result.params = make(difference->params, "Param", std::nullopt);
  return result;
}

std::string Experiments::diff_json(const ExperimentDiffOptions& options, int indent) const {
  const auto workspace = impl_->project->open();
  require_git(*workspace);
  const auto difference = exp::diff(*workspace, to_internal(options));
  const yaml::Value value = difference ? exp::diff_value(*difference) : yaml::Value(yaml::Map());
  return indent > 0 ? yaml::dump_json_pretty(value, indent) : yaml::dump_json(value);
}

}  // namespace expcore
