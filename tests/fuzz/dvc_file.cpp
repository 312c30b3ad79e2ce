// A `.dvc` file.
#include "fuzz.hpp"
#include "pipeline/loader.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  expcore::pipeline::LoadContext context;
  context.root = context.directory = "/p";
  context.read = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
  context.is_directory = [](const std::string&) { return false; };
  fuzz::expect_answer([&] {
    expcore::pipeline::parse_dvc_file(fuzz::text_of(data, size), "/p/data.dvc", context);
  });
  return 0;
}
