#include "pipeline/encoding.hpp"

#include <utility>

#include "yaml/binary.hpp"

namespace expcore::pipeline {
namespace {

template <typename Items, typename Write>
void write_all(BinaryWriter& out, const Items& items, Write&& write) {
  out.number(items.size());
  for (const auto& item : items)
    write(item);
}

/// A vector of what `read` gives.
template <typename Read>
auto read_all(BinaryReader& in, Read&& read) {
  std::vector<decltype(read())> items;
  const std::size_t count = in.count();
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    items.push_back(read());
  return items;
}

void write_texts(BinaryWriter& out, const std::vector<std::string>& texts) {
  write_all(out, texts, [&](const std::string& text) { out.text(text); });
}

std::vector<std::string> read_texts(BinaryReader& in) {
  return read_all(in, [&] { return in.text(); });
}

/// An enumeration whose values are below `count`.
template <typename Enum>
Enum read_enum(BinaryReader& in, std::uint64_t count) {
  const std::uint64_t value = in.number();
  if (value >= count) throw std::out_of_range("enumeration");
  return static_cast<Enum>(value);
}

void write_ref(BinaryWriter& out, const PathRef& ref) {
  out.text(ref.def_path);
  out.text(ref.path);
}

void read_ref(BinaryReader& in, PathRef& ref) {
  ref.def_path = in.text();
  ref.path = in.text();
}

void write_output(BinaryWriter& out, const Output& output) {
  write_ref(out, output);
  out.number(static_cast<std::uint64_t>(output.kind));
  out.flag(output.cache);
  out.flag(output.persist);
  out.flag(output.push);
  out.text(output.remote);
  out.text(output.desc);
  out.text(output.type);
  write_texts(out, output.labels);
  write_binary(out, output.meta);
  write_binary(out, output.plot);
}

Output read_output(BinaryReader& in) {
  Output output;
  read_ref(in, output);
  output.kind = read_enum<OutKind>(in, 3);
  output.cache = in.flag();
  output.persist = in.flag();
  output.push = in.flag();
  output.remote = in.text();
  output.desc = in.text();
  output.type = in.text();
  output.labels = read_texts(in);
  output.meta = yaml::read_value(in);
  output.plot = yaml::read_value(in);
  return output;
}

void write_stage(BinaryWriter& out, const Stage& stage) {
  out.text(stage.name);
  out.text(stage.wdir);
  write_binary(out, stage.command);
  write_all(out, stage.deps, [&](const Dependency& dep) {
    write_ref(out, dep);
    out.number(static_cast<std::uint64_t>(dep.kind));
  });
  write_all(out, stage.params, [&](const ParamsDependency& params) {
    write_ref(out, params);
    write_texts(out, params.keys);
    out.flag(params.whole_file);
  });
  write_all(out, stage.outs, [&](const Output& output) { write_output(out, output); });
  out.flag(stage.frozen);
  out.flag(stage.always_changed);
  out.text(stage.desc);
  write_binary(out, stage.meta);
  out.number(stage.position.line);
  out.number(stage.position.column);
  write_all(out, stage.template_params, [&](const auto& file) {
    out.text(file.first);
    write_binary(out, file.second);
  });
}

Stage read_stage(BinaryReader& in, const std::string& file) {
  Stage stage;
  stage.file = file;
  stage.name = in.text();
  stage.wdir = in.text();
  stage.command = yaml::read_value(in);
  stage.deps = read_all(in, [&] {
    Dependency dep;
    read_ref(in, dep);
    dep.kind = read_enum<Dependency::Kind>(in, 4);
    return dep;
  });
  stage.params = read_all(in, [&] {
    ParamsDependency params;
    read_ref(in, params);
    params.keys = read_texts(in);
    params.whole_file = in.flag();
    return params;
  });
  stage.outs = read_all(in, [&] { return read_output(in); });
  stage.frozen = in.flag();
  stage.always_changed = in.flag();
  stage.desc = in.text();
  stage.meta = yaml::read_value(in);
  stage.position.line = static_cast<std::uint32_t>(in.number());
  stage.position.column = static_cast<std::uint32_t>(in.number());
  for (std::size_t left = in.count(); left > 0; --left) {
    std::string name = in.text();
    stage.template_params.emplace(std::move(name), yaml::read_map(in));
  }
  return stage;
}

void write_optional(BinaryWriter& out, std::optional<std::int64_t> value) {
  out.flag(value.has_value());
  if (value) out.integer(*value);
}

void write_item(BinaryWriter& out, const LockItem& item) {
  out.text(item.path);
  out.text(item.id.hex);
  out.number(static_cast<std::uint64_t>(item.id.kind));
  write_optional(out, item.size);
  write_optional(out, item.file_count);
  out.flag(item.is_executable);
  write_binary(out, item.extra);
}

std::optional<std::int64_t> read_optional(BinaryReader& in) {
  if (!in.flag()) return std::nullopt;
  return in.integer();
}

LockItem read_item(BinaryReader& in) {
  LockItem item;
  item.path = in.text();
  item.id.hex = in.text();
  item.id.kind = read_enum<hash::FileHash>(in, 2);
  item.size = read_optional(in);
  item.file_count = read_optional(in);
  item.is_executable = in.flag();
  item.extra = yaml::read_value(in);
  return item;
}

}  // namespace

void write_pipeline(BinaryWriter& out, const PipelineFile& file) {
  out.text(file.path);
  write_all(out, file.stages, [&](const Stage& stage) { write_stage(out, stage); });
  write_texts(out, file.metrics);
  write_texts(out, file.params);
  write_binary(out, file.plots);
  write_binary(out, file.artifacts);
  write_binary(out, file.datasets);
}

PipelineFile read_pipeline(BinaryReader& in) {
  PipelineFile file;
  file.path = in.text();
  file.stages = read_all(in, [&] { return read_stage(in, file.path); });
  file.metrics = read_texts(in);
  file.params = read_texts(in);
  file.plots = yaml::read_value(in);
  file.artifacts = yaml::read_value(in);
  file.datasets = yaml::read_value(in);
  return file;
}

void write_lock_entries(BinaryWriter& out,
                        const std::unordered_map<std::string, LockEntry>& entries) {
  write_all(out, entries, [&](const auto& named) {
    out.text(named.first);
    const LockEntry& entry = named.second;
    write_binary(out, entry.command);
    write_all(out, entry.deps, [&](const LockItem& item) { write_item(out, item); });
    write_all(out, entry.params, [&](const auto& file) {
      out.text(file.first);
      write_binary(out, file.second);
    });
    write_all(out, entry.outs, [&](const LockItem& item) { write_item(out, item); });
  });
}

std::unordered_map<std::string, LockEntry> read_lock_entries(BinaryReader& in) {
  std::unordered_map<std::string, LockEntry> entries;
  const std::size_t count = in.count();
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    LockEntry& entry = entries[in.text()];
    entry.command = yaml::read_value(in);
    entry.deps = read_all(in, [&] { return read_item(in); });
    entry.params = read_all(in, [&] {
      std::string file = in.text();
      return std::pair<std::string, yaml::Map>(std::move(file), yaml::read_map(in));
    });
    entry.outs = read_all(in, [&] { return read_item(in); });
  }
  return entries;
}

}  // namespace expcore::pipeline
