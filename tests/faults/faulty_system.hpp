#pragma once
#include <string>
#include <string_view>
#include <vector>

/// For tests that fail system calls of their own process.
/// Thread safety: confined.
namespace expcore::fs::system {

/// Calls are counted anew from now on, and the one that `fault` names fails: "<n>:<kind>", as in
/// EXPCORE_FAULT; "" for none.
void arm(std::string_view fault);

/// The calls since then, in their order.
std::vector<std::string> calls();

}  // namespace expcore::fs::system
