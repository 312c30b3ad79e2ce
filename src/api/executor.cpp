#include <expcore/executor.hpp>

#include "api/executor_impl.hpp"

namespace expcore {

Executor::Executor(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
Executor::Executor(const Executor&) = default;
Executor& Executor::operator=(const Executor&) = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;
Executor::~Executor() = default;

Executor Executor::local(const LocalExecutorOptions& options) {
  return Executor(std::make_shared<Impl>(Impl{options}));
}

std::uint32_t Executor::jobs() const { return impl_->options.jobs; }

}  // namespace expcore
