#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <expcore/data.hpp>

#include "boundary.hpp"

struct exp_checkout_result {
  explicit exp_checkout_result(expcore::CheckoutResult done);

  std::vector<std::pair<int32_t, std::string>> paths;
  std::array<int64_t, 3> files;  // by EXP_CHECKOUT_*
};

namespace expcore::capi {

Data data_of(const exp_project* project);

}  // namespace expcore::capi
