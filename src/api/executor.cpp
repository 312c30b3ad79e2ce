#include <utility>

#include <expcore/error.hpp>
#include <expcore/executor.hpp>
#include <expcore/project.hpp>
#include <fmt/format.h>

#include "api/executor_impl.hpp"
#include "api/impl.hpp"
#include "fs/path.hpp"
#include "run/command_engine.hpp"

namespace expcore {

Executor::Executor(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
Executor::Executor(const Executor&) = default;
Executor& Executor::operator=(const Executor&) = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;
Executor::~Executor() = default;

Executor Executor::local(const LocalExecutorOptions& options) {
  return Executor(std::make_shared<Impl>(Impl{options.jobs, std::nullopt}));
}

Executor Executor::command(const CommandExecutorOptions& options) {
  return custom(run::command_engine(options, api::process_environment()),
                {options.name, options.jobs, options.capabilities});
}

Executor Executor::custom(std::shared_ptr<JobEngine> engine, const CustomExecutorOptions& options) {
  if (!engine) throw Error(Errc::invalid_argument, "an executor needs an engine");
  if (options.name.empty()) throw Error(Errc::invalid_argument, "an executor needs a name");
  return Executor(std::make_shared<Impl>(
      Impl{options.jobs, run::Engine{options.name, std::move(engine), options.capabilities}}));
}

Executor Project::executor(const std::string& name, std::uint32_t jobs) const {
  if (name == "local") return Executor::local({jobs});
  CommandExecutorOptions options = run::read_executor(fs::join(impl_->root, ".dvc"), name);
  options.jobs = jobs;
  try {
    return Executor::custom(run::command_engine(options, impl_->environment),
                            {options.name, options.jobs, options.capabilities});
  } catch (Error& error) {
    error.add_context(fmt::format("'.dvc/expcore.yaml' is invalid: executors.{}", name));
    throw;
  }
}

const std::string& Executor::name() const {
  static const std::string local = "local";
  return impl_->engine ? impl_->engine->name : local;
}

std::uint32_t Executor::jobs() const { return impl_->jobs; }

bool Executor::has_engine() const { return impl_->engine.has_value(); }

const ExecutorCapabilities& Executor::capabilities() const {
  static const ExecutorCapabilities none;
  return impl_->engine ? impl_->engine->capabilities : none;
}

}  // namespace expcore
