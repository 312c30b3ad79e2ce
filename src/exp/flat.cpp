#include "exp/flat.hpp"

#include "base/binary.hpp"
#include "metrics/format.hpp"
#include "yaml/binary.hpp"

namespace expcore::exp {
namespace {

void write_files(const std::vector<FileResult>& files, BinaryWriter& names, BinaryWriter& values) {
  BinaryWriter named;
  std::size_t count = 0;
  for (const auto& file : files) {
    if (!file.error && !file.data.is_map()) continue;
    ++count;
    named.text(file.path);
    named.flag(file.error.has_value());
    const auto fields = file.error ? metrics::FlatValues() : metrics::flatten(file.data);
    named.number(fields.size());
    for (const auto& [key, value] : fields) {
      named.text(key);
      yaml::write_binary(values, value);
    }
  }
  names.number(count);
  names.append(named.bytes());
}

std::vector<FlatNames::File> read_files(BinaryReader& in) {
  std::vector<FlatNames::File> files(in.count());
  for (auto& file : files) {
    file.path = in.text();
    file.is_unreadable = in.flag();
    file.keys.resize(in.count());
    for (auto& key : file.keys)
      key = in.text();
  }
  return files;
}

}  // namespace

std::string flat_text(const Snapshot& snapshot) {
  BinaryWriter names;
  BinaryWriter values;
  write_files(snapshot.metrics, names, values);
  write_files(snapshot.params, names, values);
  names.number(snapshot.deps.size());
  for (const auto& dep : snapshot.deps) {
    names.text(dep.path);
    yaml::write_binary(values, dep.hash ? yaml::Value(*dep.hash) : yaml::Value());
  }
  BinaryWriter text;
  text.text(names.bytes());
  text.append(values.bytes());
  return text.bytes();
}

FlatSnapshot::FlatSnapshot(std::string_view text) {
  BinaryReader in(text);
  names = in.view();
  values = in.rest();
}

FlatNames FlatSnapshot::read_names() const {
  BinaryReader in(names);
  FlatNames result;
  result.metrics = read_files(in);
  result.params = read_files(in);
  result.deps.resize(in.count());
  for (auto& dep : result.deps)
    dep = in.text();
  return result;
}

void FlatSnapshot::each_value(const std::function<void(std::string_view)>& visit) const {
  BinaryReader in(values);
  while (!in.rest().empty())
    visit(yaml::read_bytes(in));
}

yaml::Value FlatSnapshot::value_of(std::string_view bytes) {
  BinaryReader in(bytes);
  return yaml::read_value(in);
}

}  // namespace expcore::exp
