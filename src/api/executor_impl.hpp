#pragma once
#include <expcore/executor.hpp>

namespace expcore {

struct Executor::Impl {
  LocalExecutorOptions options;
};

}  // namespace expcore
