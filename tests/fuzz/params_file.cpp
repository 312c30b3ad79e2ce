// Params and metrics: the first byte picks the format, the rest is the file.
#include "fuzz.hpp"
#include "params/file.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using expcore::params::Format;
  const auto format = static_cast<Format>(data[0] % 4);
  fuzz::expect_answer([&] {
    const auto value = expcore::params::parse(fuzz::text_of(data + 1, size - 1), format, "params");
    expcore::params::find(value, "a.b.0.-1");
  });
  return 0;
}
