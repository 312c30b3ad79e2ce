#pragma once
#include <random>
#include <string>

namespace expcore::exp {

/// A readable name of DVC's shape, `^[a-z]{5}-[a-z]{4}$`, for example "brave-lynx".
std::string random_name(std::mt19937_64& random);

}  // namespace expcore::exp
