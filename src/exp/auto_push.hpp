#pragma once
#include <optional>
#include <string>

#include <expcore/cancel.hpp>
#include <expcore/event.hpp>

#include "config/config.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::exp {

/// Pushes each new experiment with its data and the run-cache when `exp.auto_push` (or
/// DVC_EXP_AUTO_PUSH) says so, to `exp.git_remote` (DVC_EXP_GIT_REMOTE), by default "origin".
/// Source: DVC dvc/repo/experiments/executor/base.py auto_push().
class AutoPush {
 public:
  /// `config` is of where the experiment runs, `project` has its ref. When the Git remote or the
  /// default DVC remote is none, that is told as a warning and nothing will be pushed.
  AutoPush(const config::Config& config, pipeline::Workspace& project, EventCallback on_event,
           const CancelToken* cancel = nullptr);

  /// What goes wrong is told as a warning.
  void push(const std::string& refname) const;

 private:
  pipeline::Workspace& project_;
  EventCallback on_event_;
  const CancelToken* cancel_;
  std::optional<std::string> remote_;
};

}  // namespace expcore::exp
