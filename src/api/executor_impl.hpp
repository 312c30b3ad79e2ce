#pragma once
#include <cstdint>
#include <optional>

#include <expcore/executor.hpp>

#include "run/job.hpp"

namespace expcore {

struct Executor::Impl {
  std::uint32_t jobs = 1;
  std::optional<run::Engine> engine;  ///< nullopt: processes of this machine.
};

}  // namespace expcore
