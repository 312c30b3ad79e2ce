#include "plots/modify.hpp"

#include <algorithm>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "data/session.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "params/edit.hpp"
#include "pipeline/definition.hpp"
#include "pipeline/index.hpp"
#include "yaml/reader.hpp"

namespace expcore::plots {
namespace {

using pipeline::OutKind;
using pipeline::Output;
using pipeline::Stage;
using yaml::Value;

/// The stage with its output at an absolute path.
std::pair<Stage, Output*> find_output(pipeline::Workspace& workspace, const std::string& target) {
  const auto index = pipeline::Index::collect(workspace);
  const auto outs = index.check_outputs();
  const std::string path = fs::absolute(workspace.directory, target);
  const auto* id = outs.find(path);
  if (id == nullptr) {
    throw Error(Errc::not_found, fmt::format("Unable to find DVC file with output '{}'", target));
  }
  std::pair<Stage, Output*> found{index.stage(*id), nullptr};
  for (Output& out : found.first.outs) {
    if (out.path == path) found.second = &out;
  }
  return found;
}

void unset_props(yaml::Map& plot, const std::vector<std::string>& names, const std::string& shown) {
  yaml::List missing;
  for (const auto& name : names) {
    const bool told =
        std::ranges::any_of(missing, [&](const auto& m) { return m.string() == name; });
    if (!plot.contains(name) && !told) missing.emplace_back(name);
  }
  if (!missing.empty()) {
    throw Error(Errc::not_found, fmt::format("display properties {} not found in plot '{}'",
                                             yaml::python_repr(std::move(missing)), shown));
  }
  for (const auto& name : names)
    plot.erase(name);
}

void change_plot(Output& out, const yaml::Map& props,
                 const std::optional<std::vector<std::string>>& unset, const std::string& shown) {
  if (out.kind != OutKind::plot && unset) {
    throw Error(Errc::not_found,
                fmt::format("'{}' is not a known plot. Use `dvc plots modify` to turn it into one.",
                            shown));
  }
  yaml::Map plot = out.plot.is_map() ? out.plot.map() : yaml::Map();
  if (unset) unset_props(plot, *unset, shown);
  for (const auto& [name, value] : props)
    plot.set(name, value);
  out.kind = OutKind::plot;
  out.plot = std::move(plot);
}

/// Changes `stage`'s definition in the text of its dvc.yaml.
std::string with_definition(const std::string& text, const Stage& stage, const std::string& shown) {
  Value document = yaml::parse_yaml(text);
  Value* stages = document.is_map() ? document.map().find("stages") : nullptr;
  Value* definition = stages == nullptr ? nullptr : stages->map().find(stage.name);
  if (definition == nullptr || pipeline::is_parametrized(*definition)) {
    throw Error(Errc::invalid_argument,
                fmt::format("cannot dump a parametrized stage: '{}'", shown));
  }
  pipeline::update_definition(*definition, pipeline::to_definition(stage));
  return params::edit(text, params::Format::yaml, stage.file, document);
}

}  // namespace

ModifiedStage modify(pipeline::Workspace& workspace, const std::string& target,
                     const yaml::Map& props, const std::optional<std::vector<std::string>>& unset) {
  data::Session session(workspace, {});
  auto [stage, out] = find_output(workspace, target);
  if (stage.is_dvc_file()) {
    // DVC would write a file that it then refuses to read.
    throw Error(Errc::not_found,
                fmt::format("'{}' is tracked by '{}': only outputs of stages can be plots",
                            workspace.shown(out->path), workspace.shown(stage.file)));
  }
  change_plot(*out, props, unset, workspace.shown(out->path));
  const std::string text = fs::read_file(stage.file);
  const std::string changed = with_definition(text, stage, address(stage, workspace.directory));
  if (changed != text) fs::write_atomic(stage.file, changed, fs::Durability::full);
  session.finish();
  return {stage.name, fs::relative(stage.file, workspace.directory)};
}

}  // namespace expcore::plots
