#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <expcore/error.hpp>

/// What every fuzz target shares. A target takes any bytes: it may refuse them with Error and must
/// not crash, hang, use up memory or throw anything else.
namespace fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Runs `body`; an Error is an answer.
template <typename Body>
void expect_answer(Body&& body) {
  try {
    body();
  } catch (const expcore::Error& error) {
    if (error.full_message().empty()) std::abort();
  }
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
