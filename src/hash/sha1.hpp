#pragma once
#include <array>
#include <string_view>

namespace expcore::hash {

/// SHA-1, which Git's files end in.
std::array<char, 20> sha1(std::string_view bytes);

}  // namespace expcore::hash
