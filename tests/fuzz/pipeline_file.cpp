// A dvc.yaml: schema, templates, stages; and what is compiled reads back the same.
#include "fuzz.hpp"
#include "pipeline/encoding.hpp"
#include "pipeline/loader.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  expcore::pipeline::LoadContext context;
  context.root = context.directory = "/p";
  context.read = [](const std::string& path) -> std::optional<std::string> {
    if (path == "/p/params.yaml") return "x: 1\nl: [a, b]\nd: {k: v, n: {m: 2}}\n";
    return std::nullopt;
  };
  context.is_directory = [](const std::string&) { return false; };
  fuzz::expect_answer([&] {
    const auto file =
        expcore::pipeline::parse_pipeline(fuzz::text_of(data, size), "/p/dvc.yaml", context);
    expcore::BinaryWriter first;
    write_pipeline(first, file);
    expcore::BinaryReader reader(first.bytes());
    expcore::BinaryWriter second;
    write_pipeline(second, expcore::pipeline::read_pipeline(reader));
    fuzz::require(first.bytes() == second.bytes());
    fuzz::require(reader.rest().empty());
  });
  return 0;
}
