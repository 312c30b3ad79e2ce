#include "templating/resolver.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"
#include "templating/expression.hpp"
#include "yaml/reader.hpp"

namespace expcore::templating {
namespace {

constexpr std::size_t most_generated_stages = 1'000'000;

bool has_template(const yaml::Value& value) {
  if (value.is_string()) return value.string().find("${") != std::string::npos;
  if (value.is_list()) {
    return std::any_of(value.list().begin(), value.list().end(), has_template);
  }
  if (!value.is_map()) return false;
  return std::any_of(value.map().begin(), value.map().end(), [](const yaml::Member& member) {
    return has_template(member.key) || has_template(member.value);
  });
}

/// DVC's text of a value inside a string: Python's str(), but lower-case booleans.
std::string to_text(const yaml::Value& value) {
  if (value.is_boolean()) return value.boolean() ? "true" : "false";
  return python_str(value);
}

void flatten(const yaml::Map& map, const std::string& prefix,
             std::vector<std::pair<std::string, const yaml::Value*>>& out) {
  for (const auto& [key, value] : map) {
    const std::string name = prefix.empty() ? python_str(key) : prefix + "." + python_str(key);
    if (value.is_map()) {
      flatten(value.map(), name, out);
    } else {
      out.emplace_back(name, &value);
    }
  }
}

/// A mapping as command-line options.
std::string to_options(const yaml::Map& map, const Options& options) {
  std::vector<std::pair<std::string, const yaml::Value*>> members;
  flatten(map, "", members);
  std::string text;
  for (const auto& [key, value] : members) {
    if (value->is_boolean()) {
      if (value->boolean()) {
        text += fmt::format("--{} ", key);
      } else if (options.bool_style == BoolStyle::boolean_optional) {
        text += fmt::format("--no-{} ", key);
      }
    } else if (value->is_string()) {
      text += fmt::format("--{} {} ", key, shell_quote(value->string()));
    } else if (value->is_list()) {
      bool first = true;
      for (const auto& item : value->list()) {
        if (!item.is_scalar()) {
          throw Error(Errc::parse, fmt::format("Cannot interpolate nested iterable in '{}'", key));
        }
        const std::string word = item.is_string() ? shell_quote(item.string()) : python_str(item);
        const bool named = first || options.list_style == ListStyle::append;
        text += named ? fmt::format("--{} {} ", key, word) : word + " ";
        first = false;
      }
    } else {
      text += fmt::format("--{} {} ", key, python_str(*value));
    }
  }
  while (!text.empty() && text.back() == ' ')
    text.pop_back();
  return text;
}

/// Which values may stand where a template is.
enum class Allowed : unsigned char {
  scalars,
  scalars_and_mappings,  ///< In `cmd`, where mappings become options.
  anything,              ///< In foreach, matrix and top-level sections.
};

/// Words of the preamble that DVC puts before a problem.
std::string preamble(std::string_view what, const std::string& path, bool own_line) {
  return fmt::format("failed to parse {} in '{}':{}", what, path, own_line ? "\n" : " ");
}

}  // namespace

struct Resolver::Impl {
  Impl(const yaml::Value& given, Source where, Options chosen)
      : document(given), source(std::move(where)), options(chosen) {
    shown_directory = fs::parent(source.shown_path);
  }

  const yaml::Value& document;
  Source source;
  Options options;
  std::string shown_directory;
  Context context;

  [[noreturn]] void fail(const std::string& message, yaml::Position at) const {
    std::string details;
    if (at.line != 0) {
      details = fmt::format("{}:{}:{}\n{}", source.shown_path, at.line, at.column,
                            yaml::code_frame(source.text, at));
    }
    throw Error(Errc::parse, message).with_details(std::move(details));
  }

  [[noreturn]] void fail_vars(std::string_view what, const ContextProblem& problem,
                              yaml::Position at) const {
    const bool own_line = problem.trouble == Trouble::merge || problem.trouble == Trouble::loaded;
    fail(preamble(what, source.shown_path, own_line) + problem.message, at);
  }

  void refuse_templates_in_vars(const yaml::Value& vars, const std::string& what) const {
    if (!has_template(vars) || !has_expression(vars)) return;
    fail(preamble("'" + what + "'", source.shown_path, false) + "interpolating is not allowed",
         vars.position);
  }

  static bool has_expression(const yaml::Value& value) {
    if (value.is_string()) return !find_expressions(value.string()).empty();
    if (value.is_list()) {
      return std::any_of(value.list().begin(), value.list().end(), has_expression);
    }
    if (!value.is_map()) return false;
    return std::any_of(value.map().begin(), value.map().end(), [](const yaml::Member& member) {
      return has_expression(member.key) || has_expression(member.value);
    });
  }

  void load_vars(Context& into, const yaml::Value& vars, const std::string& directory,
                 const std::string& shown, const std::string& stage) const {
    for (std::size_t i = 0; i < vars.list().size(); ++i) {
      const auto& item = vars.list()[i];
      if (item.is_string()) {
        into.load_file(source.files, item.string(), directory, shown);
      } else {
        into.load_inline(item, fmt::format("{}{}vars[{}]", stage, stage.empty() ? "" : ".", i));
      }
    }
  }

  void load_globals() {
    const auto* vars = document.find("vars");
    try {
      if (source.files.read(fs::join(source.directory, "params.yaml"))) {
        context.load_file(source.files, "params.yaml", source.directory, shown_directory);
      }
      if (vars != nullptr) {
        refuse_templates_in_vars(*vars, "vars");
        load_vars(context, *vars, source.directory, shown_directory, "");
      }
    } catch (const ContextProblem& problem) {
      fail_vars("'vars'", problem, vars == nullptr ? yaml::Position() : vars->position);
    }
  }

  // --- interpolation ----------------------------------------------------------------------------

  static void check_allowed(const yaml::Value& value, Allowed allowed) {
    if (allowed == Allowed::anything || value.is_scalar()) return;
    if (allowed == Allowed::scalars_and_mappings && value.is_map()) return;
    throw Error(Errc::parse,
                fmt::format("Cannot interpolate data of type '{}'", python_type(value)));
  }

  yaml::Value resolve_text(Context& with, const yaml::Value& text, Allowed allowed) const {
    const std::string& raw = text.string();
    if (raw.find("${") == std::string::npos) return text;
    const auto expressions = find_expressions(raw);
    if (expressions.size() == 1 && expressions[0].begin == 0 && expressions[0].end == raw.size()) {
      yaml::Value value = with.select(parse_expression(expressions[0].inner));
      check_allowed(value, allowed);
      value.position = text.position;
      return value;
    }
    std::string result;
    std::size_t at = 0;
    for (const auto& expression : expressions) {
      result += raw.substr(at, expression.begin - at);
      const yaml::Value& value = with.select(parse_expression(expression.inner));
      check_allowed(value, allowed);
      result += value.is_map() ? to_options(value.map(), options) : to_text(value);
      at = expression.end;
    }
    result += raw.substr(at);
    yaml::Value resolved(unescape(result));
    resolved.position = text.position;
    return resolved;
  }

  /// `at` follows the value being resolved, for messages.
  yaml::Value resolve(Context& with, const yaml::Value& value, Allowed allowed,
                      yaml::Position& at) const {
    if (value.is_string()) {
      at = value.position;
      return resolve_text(with, value, allowed);
    }
    if (value.is_list()) {
      yaml::List items;
      items.reserve(value.list().size());
      for (const auto& item : value.list())
        items.push_back(resolve(with, item, allowed, at));
      yaml::Value list(std::move(items));
      list.position = value.position;
      return list;
    }
    if (!value.is_map()) return value;
    yaml::Map map;
    map.reserve(value.map().size());
    for (const auto& [key, member] : value.map()) {
      yaml::Value name = resolve(with, key, allowed, at);
      map.append(std::move(name), resolve(with, member, allowed, at));
    }
    yaml::Value result(std::move(map));
    result.position = value.position;
    return result;
  }

  /// resolve() with DVC's preamble `what` on failure.
  yaml::Value resolve_named(Context& with, const yaml::Value& value, Allowed allowed,
                            const std::string& what) const {
    if (!has_template(value)) return value;
    yaml::Position at = value.position;
    try {
      return resolve(with, value, allowed, at);
    } catch (const ContextProblem& problem) {
      fail(preamble("'" + what + "'", source.shown_path, false) + problem.message, at);
    } catch (const Error& error) {
      fail(preamble("'" + what + "'", source.shown_path, true) + error.what(), at);
    }
  }

  // --- stages -----------------------------------------------------------------------------------

  ResolvedStage resolve_stage(const std::string& name, const yaml::Value& definition) {
    ResolvedStage stage;
    stage.name = name;
    stage.position = definition.position;
    const auto* vars = definition.find("vars");
    std::optional<Context> local;
    if (vars != nullptr) {
      refuse_templates_in_vars(*vars, "stages." + name + ".vars");
      local = context;
      try {
        load_vars(*local, *vars, stage_wdir(name, definition), stage_wdir_shown(name, definition),
                  name);
      } catch (const ContextProblem& problem) {
        const bool loaded = problem.trouble == Trouble::loaded;
        fail_vars(loaded ? "'stages." + name + ".vars'" : "stage '" + name + "'", problem,
                  vars->position);
      }
    }
    Context& with = local ? *local : context;
    with.forget_tracked();
    yaml::Map resolved;
    for (const auto& [key, value] : definition.map()) {
      if (!key.is_string() || key.string() == "vars" || key.string() == "matrix") continue;
      const bool command = key.string() == "cmd";
      resolved.append(key, resolve_named(with, value,
                                         command ? Allowed::scalars_and_mappings : Allowed::scalars,
                                         "stages." + name + "." + key.string()));
    }
    stage.definition = std::move(resolved);
    stage.definition.position = definition.position;
    stage.tracked = with.tracked();
    return stage;
  }

  std::string resolved_wdir(const std::string& name, const yaml::Value& definition) {
    const auto* wdir = definition.find("wdir");
    if (wdir == nullptr) return "";
    return to_text(resolve_named(context, *wdir, Allowed::scalars, "stages." + name + ".wdir"));
  }
  std::string stage_wdir(const std::string& name, const yaml::Value& definition) {
    return fs::join(source.directory, resolved_wdir(name, definition));
  }
  std::string stage_wdir_shown(const std::string& name, const yaml::Value& definition) {
    return fs::join(shown_directory, resolved_wdir(name, definition));
  }

  /// One generated stage: its key, what `item` and `key` are, and which variables are in `item`.
  struct Iteration {
    std::string key;
    yaml::Map overlay;
    Context::Origins origins;
  };

  /// What `foreach` or `matrix` says before it is resolved: a variable (or a part of one), or a
  /// literal that may hold some.
  struct Unresolved {
    const yaml::Value* literal = nullptr;
    std::vector<std::string> variable;

    static Unresolved of(const yaml::Value& value) {
      if (value.is_string()) {
        const auto expressions = find_expressions(value.string());
        const bool whole = expressions.size() == 1 && expressions[0].begin == 0 &&
                           expressions[0].end == value.string().size();
        if (whole) return {nullptr, parse_expression(expressions[0].inner)};
      }
      return {&value, {}};
    }

    /// The member at `place`, named `key` when it is a variable's.
    Unresolved member(std::size_t place, std::string key) const {
      if (literal != nullptr) {
        if (literal->is_list()) return of(literal->list()[place]);
        return of(literal->map().begin()[static_cast<std::ptrdiff_t>(place)].value);
      }
      Unresolved part{nullptr, variable};
      part.variable.push_back(std::move(key));
      return part;
    }

    /// Notes the variables at `path` and below.
    void note(const std::string& path, Context::Origins& origins) const {
      if (literal == nullptr) {
        origins[path] = variable;
      } else if (literal->is_list()) {
        for (std::size_t i = 0; i < literal->list().size(); ++i)
          of(literal->list()[i]).note(fmt::format("{}.{}", path, i), origins);
      } else if (literal->is_map()) {
        for (const auto& [key, value] : literal->map())
          of(value).note(path + "." + to_text(key), origins);
      }
    }
  };

  /// Keeps the place of the first and the values of the last of equal keys.
  static std::vector<Iteration> without_repeats(std::vector<Iteration> all) {
    std::unordered_map<std::string, std::size_t> seen;
    std::vector<Iteration> unique;
    for (auto& iteration : all) {
      const auto [place, made] = seen.try_emplace(iteration.key, unique.size());
      if (made) {
        unique.push_back(std::move(iteration));
      } else {
        unique[place->second] = std::move(iteration);
      }
    }
    return unique;
  }

  static Iteration make_iteration(std::string key, yaml::Value item, bool with_key) {
    Iteration iteration;
    iteration.overlay.append("item", std::move(item));
    if (with_key) iteration.overlay.append("key", key);
    iteration.key = std::move(key);
    return iteration;
  }

  std::vector<Iteration> foreach_iterations(const std::string& name, const yaml::Value& data) {
    const yaml::Value resolved =
        resolve_named(context, data, Allowed::anything, "stages." + name + ".foreach");
    const Unresolved unresolved = Unresolved::of(data);
    std::vector<Iteration> all;
    if (resolved.is_map()) {
      for (const auto& [key, value] : resolved.map()) {
        all.push_back(make_iteration(to_text(key), value, true));
        unresolved.member(all.size() - 1, to_text(key)).note("item", all.back().origins);
      }
    } else if (resolved.is_list()) {
      const auto& list = resolved.list();
      const bool by_index =
          std::any_of(list.begin(), list.end(), [](const auto& item) { return !item.is_scalar(); });
      for (std::size_t i = 0; i < list.size(); ++i) {
        all.push_back(
            make_iteration(by_index ? std::to_string(i) : to_text(list[i]), list[i], false));
        unresolved.member(i, std::to_string(i)).note("item", all.back().origins);
      }
    } else {
      fail(fmt::format(
               "failed to resolve 'stages.{}.foreach' in '{}': expected list/dictionary, got {}",
               name, source.shown_path, python_type(resolved)),
           data.position);
    }
    warn_if_hidden(name, resolved.is_map());
    return without_repeats(std::move(all));
  }

  void warn_if_hidden(const std::string& name, bool with_key) const {
    if (!source.on_warning) return;
    std::vector<std::string> hidden;
    if (context.contains("item")) hidden.emplace_back("item");
    if (with_key && context.contains("key")) hidden.emplace_back("key");
    if (hidden.empty()) return;
    source.on_warning(
        fmt::format("{} {} already specified, will be overwritten for stages generated from '{}'",
                    expcore::join(hidden, " and "), hidden.size() == 1 ? "is" : "are", name));
  }

  /// The values of one matrix variable with their part of the stage's name.
  struct Axis {
    std::string name;
    std::vector<std::pair<std::string, yaml::Value>> values;
    std::optional<Unresolved> unresolved;  ///< Of a list; keys of a map are no variables.

    void note(std::size_t place, Context::Origins& origins) const {
      if (unresolved)
        unresolved->member(place, std::to_string(place)).note("item." + name, origins);
    }
  };

  std::vector<Axis> matrix_axes(const std::string& name, const yaml::Value& matrix) {
    const yaml::Value resolved =
        resolve_named(context, matrix, Allowed::anything, "stages." + name + ".matrix");
    const Unresolved unresolved = Unresolved::of(matrix);
    std::vector<Axis> axes;
    for (const auto& [key, value] : resolved.map()) {
      Axis axis{python_str(key), {}, {}};
      if (value.is_list()) axis.unresolved = unresolved.member(axes.size(), axis.name);
      yaml::List values;
      if (value.is_list()) {
        values = value.list();
      } else if (value.is_map()) {
        for (const auto& member : value.map())
          values.push_back(member.key);
      } else {
        fail(fmt::format("failed to resolve 'stages.{}.matrix.{}' in '{}': expected list, got {}",
                         name, axis.name, source.shown_path, python_type(value)),
             value.position);
      }
      for (std::size_t i = 0; i < values.size(); ++i) {
        std::string part =
            values[i].is_scalar() ? to_text(values[i]) : axis.name + std::to_string(i);
        axis.values.emplace_back(std::move(part), values[i]);
      }
      axes.push_back(std::move(axis));
    }
    return axes;
  }

  std::vector<Iteration> matrix_iterations(const std::string& name, const yaml::Value& matrix) {
    const auto axes = matrix_axes(name, matrix);
    std::size_t count = 1;
    for (const auto& axis : axes) {
      count *= axis.values.size();
      if (count > most_generated_stages) {
        fail(fmt::format("the matrix of stage '{}' in '{}' makes more than {} stages", name,
                         source.shown_path, most_generated_stages),
             matrix.position);
      }
    }
    std::vector<Iteration> all;
    std::vector<std::size_t> at(axes.size());
    for (std::size_t n = 0; n < count; ++n) {
      std::string key;
      yaml::Map item;
      Context::Origins origins;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        const auto& [part, value] = axes[i].values[at[i]];
        key += (i > 0 ? "-" : "") + part;
        item.append(axes[i].name, value);
        axes[i].note(at[i], origins);
      }
      all.push_back(make_iteration(std::move(key), std::move(item), true));
      all.back().origins = std::move(origins);
      for (std::size_t i = axes.size(); i-- > 0;) {
        if (++at[i] < axes[i].values.size()) break;
        at[i] = 0;
      }
    }
    warn_if_hidden(name, true);
    return without_repeats(std::move(all));
  }

  void expand(const std::string& name, const yaml::Value& definition,
              std::vector<ResolvedStage>& out) {
    const auto* matrix = definition.find("matrix");
    const auto* foreach = definition.find("foreach");
    if (matrix == nullptr && foreach == nullptr) {
      out.push_back(resolve_stage(name, definition));
      return;
    }
    const yaml::Value& body = matrix != nullptr ? definition : *definition.find("do");
    for (auto& iteration : matrix != nullptr ? matrix_iterations(name, *matrix)
                                             : foreach_iterations(name, *foreach)) {
      context.set_overlay(std::move(iteration.overlay), std::move(iteration.origins));
      out.push_back(resolve_stage(name + "@" + iteration.key, body));
      context.set_overlay({});
    }
  }
};

Resolver::Resolver(const yaml::Value& document, Source source, Options options)
    : impl_(std::make_unique<Impl>(document, std::move(source), options)) {
  impl_->load_globals();
}
Resolver::~Resolver() = default;

std::vector<ResolvedStage> Resolver::stages() {
  std::vector<ResolvedStage> stages;
  const auto* all = impl_->document.find("stages");
  if (all == nullptr) return stages;
  stages.reserve(all->map().size());
  for (const auto& [name, definition] : all->map()) {
    impl_->expand(name.string(), definition, stages);
  }
  return stages;
}

yaml::Value Resolver::section(std::string_view name) {
  const auto* value = impl_->document.find(name);
  if (value == nullptr) return {};
  return impl_->resolve_named(impl_->context, *value, Allowed::anything, std::string(name));
}

}  // namespace expcore::templating
