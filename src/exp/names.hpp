#pragma once
#include <functional>
#include <random>
#include <string>

namespace expcore::exp {

/// A readable name of DVC's shape, `^[a-z]{5}-[a-z]{4}$`, for example "brave-lynx".
std::string random_name(std::mt19937_64& random);

/// One that `is_taken` does not say is; there are some 60 000, so that one of a great many may have
/// a number at its end.
std::string unused_name(std::mt19937_64& random,
                        const std::function<bool(const std::string& name)>& is_taken);

}  // namespace expcore::exp
