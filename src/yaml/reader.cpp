#include "yaml/reader.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>
#include <yaml.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::yaml {
namespace {

struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }

  yaml_event_type_t type() const { return raw.type; }
  Position start() const {
    return {static_cast<std::uint32_t>(raw.start_mark.line + 1),
            static_cast<std::uint32_t>(raw.start_mark.column + 1)};
  }
};

[[noreturn]] void fail(std::string_view text, const std::string& problem, Position at) {
  throw Error(Errc::parse, fmt::format("{}, in line {}, column {}", problem, at.line, at.column))
      .with_details(code_frame(text, at));
}

std::string capitalized(std::string_view text) {
  std::string result = to_lower_ascii(text);
  if (!result.empty() && result[0] >= 'a' && result[0] <= 'z') {
    result[0] = static_cast<char>(result[0] - 'a' + 'A');
  }
  return result;
}

/// Turns libyaml's events into Values.
class Composer {
 public:
  enum class Dialect : unsigned char { ruamel_1_2, omegaconf_1_1 };

  Composer(std::string_view text, const ReadLimits& limits, Dialect dialect)
      : text_(text), limits_(limits), is_1_1_(dialect == Dialect::omegaconf_1_1) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  ~Composer() { yaml_parser_delete(&parser_); }
  Composer(const Composer&) = delete;
  Composer& operator=(const Composer&) = delete;

  Value document() {
    Event event;
    next(event);  // stream start
    Event first;
    next(first);
    if (first.type() == YAML_STREAM_END_EVENT) return empty();
    Value value;
    {
      Event root;
      next(root);
      value = compose(root, 0);
    }
    Event end;
    next(end);  // document end
    Event after;
    next(after);
    if (after.type() != YAML_STREAM_END_EVENT) {
      fail(text_, "Expected a single document in the stream, but found another document",
           after.start());
    }
    return value.is_null() ? empty() : value;
  }

 private:
  /// An empty document is an empty mapping for every reader of DVC's files.
  Value empty() const { return is_1_1_ ? Value() : Value(Map()); }

  void next(Event& event) {
    if (yaml_parser_parse(&parser_, &event.raw) == 1) return;
    const yaml_mark_t& mark = parser_.problem_mark;
    Position at{static_cast<std::uint32_t>(mark.line + 1),
                static_cast<std::uint32_t>(mark.column + 1)};
    std::string problem = parser_.problem == nullptr ? "malformed text" : parser_.problem;
    if (parser_.error == YAML_READER_ERROR) {
      at = position_of(parser_.problem_offset);
      problem = fmt::format("{} (byte #x{:02x})", problem, parser_.problem_value);
    }
    if (parser_.context != nullptr) {
      const Position from{static_cast<std::uint32_t>(parser_.context_mark.line + 1),
                          static_cast<std::uint32_t>(parser_.context_mark.column + 1)};
      problem = fmt::format("{}, in line {}, column {}\n{}", capitalized(parser_.context),
                            from.line, from.column, capitalized(problem));
    } else {
      problem = capitalized(problem);
    }
    fail(text_, problem, at);
  }

  Position position_of(std::size_t offset) const {
    Position at{1, 1};
    for (const char c : text_.substr(0, offset)) {
      if (c == '\n') {
        ++at.line;
        at.column = 1;
      } else {
        ++at.column;
      }
    }
    return at;
  }

  void count(std::size_t values, Position at) {
    expanded_ += values;
    if (expanded_ > limits_.expanded + text_.size())
      fail(text_, "Too many values after expanding aliases", at);
  }

  Value compose(const Event& event, std::size_t depth) {
    if (depth > limits_.depth) fail(text_, "Nested too deeply", event.start());
    count(1, event.start());
    switch (event.type()) {
      case YAML_SCALAR_EVENT:
        return scalar(event);
      case YAML_SEQUENCE_START_EVENT:
        return sequence(event, depth);
      case YAML_MAPPING_START_EVENT:
        return mapping(event, depth);
      case YAML_ALIAS_EVENT:
        return alias(event);
      default:
        fail(text_, "Malformed document", event.start());
    }
  }

  Value scalar(const Event& event) {
    const auto& raw = event.raw.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(raw.value), raw.length);
    const bool plain = raw.style == YAML_PLAIN_SCALAR_STYLE && raw.plain_implicit != 0;
    Value value = plain ? resolve(text, event) : Value(text);
    if (raw.tag != nullptr) value = tagged(reinterpret_cast<const char*>(raw.tag), text, event);
    value.position = event.start();
    remember(raw.anchor, value, 1);
    return value;
  }

  Value resolve(std::string_view text, const Event& event) const {
    if (is_1_1_ && (text == "=" || text == "<<")) {
      fail(text_,
           fmt::format("could not determine a constructor for the tag 'tag:yaml.org,2002:{}'",
                       text == "=" ? "value" : "merge"),
           event.start());
    }
    try {
      return is_1_1_ ? resolve_plain_scalar_1_1(text) : resolve_plain_scalar(text);
    } catch (const Error& error) {
      fail(text_, error.what(), event.start());
    }
  }

  Value tagged(std::string_view tag, std::string_view text, const Event& event) {
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return text;
    if (tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float" ||
        tag == "tag:yaml.org,2002:bool" || tag == "tag:yaml.org,2002:null") {
      return resolve(text, event);
    }
    fail(text_, fmt::format("Could not determine a constructor for the tag '{}'", tag),
         event.start());
  }

  Value sequence(const Event& event, std::size_t depth) {
    const std::size_t before = expanded_;
    List items;
    while (true) {
      Event item;
      next(item);
      if (item.type() == YAML_SEQUENCE_END_EVENT) break;
      items.push_back(compose(item, depth + 1));
    }
    Value value(std::move(items));
    value.position = event.start();
    remember(event.raw.data.sequence_start.anchor, value, expanded_ - before);
    return value;
  }

  Value mapping(const Event& event, std::size_t depth) {
    const std::size_t before = expanded_;
    Map map;
    std::vector<Value> merged;
    while (true) {
      Event key_event;
      next(key_event);
      if (key_event.type() == YAML_MAPPING_END_EVENT) break;
      const bool is_merge = is_plain_key(key_event, "<<");
      const bool is_text = is_merge || (is_1_1_ && is_plain_key(key_event, "="));
      Value key = is_text ? text_key(key_event) : compose(key_event, depth + 1);
      if (!key.is_scalar()) fail(text_, "Found unhashable key", key.position);
      Event value_event;
      next(value_event);
      Value value = compose(value_event, depth + 1);
      if (is_merge) {
        merged.push_back(std::move(value));
        continue;
      }
      if (const Value* original = map.find_key(key)) {
        // Python's dict: the last one wins.
        if (!is_1_1_ || key.is_string()) fail_duplicate(event, *original, key, value);
        map.set(std::move(key), std::move(value));
      } else {
        map.append(std::move(key), std::move(value));
      }
    }
    if (is_1_1_ && !merged.empty()) {
      map = merged_first(merged, map);
    } else {
      for (const auto& source : merged)
        merge(map, source, event.start());
    }
    Value value(std::move(map));
    value.position = event.start();
    remember(event.raw.data.mapping_start.anchor, value, expanded_ - before);
    return value;
  }

  static bool is_plain_key(const Event& event, std::string_view wanted) {
    if (event.type() != YAML_SCALAR_EVENT) return false;
    const auto& raw = event.raw.data.scalar;
    return raw.style == YAML_PLAIN_SCALAR_STYLE &&
           std::string_view(reinterpret_cast<const char*>(raw.value), raw.length) == wanted;
  }

  Value text_key(const Event& event) {
    count(1, event.start());
    const auto& raw = event.raw.data.scalar;
    Value key(std::string_view(reinterpret_cast<const char*>(raw.value), raw.length));
    key.position = event.start();
    return key;
  }

  /// PyYAML's way to merge: what is merged comes first, in order, overridden in place.
  Map merged_first(const std::vector<Value>& sources, const Map& own) const {
    std::vector<const Map*> maps;
    for (const auto& source : sources)
      collect_merged(maps, source);
    maps.push_back(&own);
    Map result;
    for (const Map* map : maps) {
      for (const auto& member : *map)
        result.set(member.key, member.value);
    }
    return result;
  }

  void collect_merged(std::vector<const Map*>& maps, const Value& source) const {
    if (source.is_map()) {
      maps.push_back(&source.map());
    } else if (source.is_list()) {
      for (auto item = source.list().rbegin(); item != source.list().rend(); ++item) {
        if (!item->is_map()) {
          fail(text_, "expected a mapping for merging, but found " + std::string(kind_name(*item)),
               item->position);
        }
        maps.push_back(&item->map());
      }
    } else {
      fail(text_, "expected a mapping or list of mappings for merging, but found scalar",
           source.position);
    }
  }

  static std::string_view kind_name(const Value& value) {
    return value.is_list() ? "sequence" : value.is_map() ? "mapping" : "scalar";
  }

  [[noreturn]] void fail_duplicate(const Event& event, const Value& original, const Value& key,
                                   const Value& value) {
    const Position from = event.start();
    if (is_1_1_) {
      fail(
          text_,
          fmt::format("while constructing a mapping, in line {}, column {}\nfound duplicate key {}",
                      from.line, from.column, python_str(key)),
          key.position);
    }
    fail(text_,
         fmt::format(
             "While constructing a mapping, in line {}, column {}\nFound duplicate key \"{}\" "
             "with value \"{}\" (original value: \"{}\")",
             from.line, from.column, python_str(key), python_str(value), python_str(original)),
         key.position);
  }

  void merge(Map& map, const Value& source, Position at) {
    if (source.is_list()) {
      for (const auto& item : source.list())
        merge(map, item, at);
      return;
    }
    if (!source.is_map()) {
      fail(text_, "Expected a mapping or list of mappings for merging", source.position);
    }
    for (const auto& member : source.map()) {
      if (map.find_key(member.key) == nullptr) map.append(member.key, member.value);
    }
  }

  void remember(const unsigned char* anchor, const Value& value, std::size_t size) {
    if (anchor == nullptr) return;
    const std::string name = reinterpret_cast<const char*>(anchor);
    if (!has_alias(name)) return;
    kept_ += size;
    if (kept_ > limits_.expanded + text_.size()) {
      fail(text_, "Too many values behind anchors", value.position);
    }
    anchors_.insert_or_assign(name, Anchored{value, size});
  }

  /// Whether "*name" stands anywhere in the text.
  bool has_alias(const std::string& name) {
    if (!aliases_) {
      aliases_.emplace();
      for (auto star = text_.find('*'); star != std::string_view::npos;
           star = text_.find('*', star + 1)) {
        const auto is_part = [](char c) {
          return c == '-' || c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
        };
        const std::string_view rest = text_.substr(star + 1);
        aliases_->emplace(rest.begin(), std::find_if_not(rest.begin(), rest.end(), is_part));
      }
    }
    return aliases_->contains(name);
  }

  Value alias(const Event& event) {
    const std::string name = reinterpret_cast<const char*>(event.raw.data.alias.anchor);
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      fail(text_, fmt::format("Found undefined alias '{}'", name), event.start());
    }
    count(found->second.size, event.start());
    return found->second.value;
  }

  struct Anchored {
    Value value;
    std::size_t size;
  };

  std::string_view text_;
  const ReadLimits& limits_;
  bool is_1_1_;
  yaml_parser_t parser_{};
  std::unordered_map<std::string, Anchored> anchors_;
  std::optional<std::unordered_set<std::string>> aliases_;  ///< Of the whole text, once asked for.
  std::size_t expanded_ = 0;
  std::size_t kept_ = 0;  ///< Values in anchors_, those of anchors in anchors each time.
};

}  // namespace

Value parse_yaml(std::string_view text, const ReadLimits& limits) {
  return Composer(text, limits, Composer::Dialect::ruamel_1_2).document();
}

Value parse_yaml_1_1(std::string_view text, const ReadLimits& limits) {
  return Composer(text, limits, Composer::Dialect::omegaconf_1_1).document();
}

std::string code_frame(std::string_view text, Position position) {
  const auto lines = split(text, '\n');
  if (position.line == 0 || position.line > lines.size() + 1) return {};
  const std::size_t first = position.line > 1 ? position.line - 1 : 1;
  const std::size_t last = std::min<std::size_t>(position.line + 1, lines.size());
  const std::size_t width = std::to_string(last).size();
  std::string frame;
  for (std::size_t number = first; number <= last; ++number) {
    std::string_view line = lines[number - 1];
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!frame.empty()) frame += '\n';
    frame += fmt::format("{} {:>{}} | {}", number == position.line ? '>' : ' ', number, width,
                         line.substr(0, 200));
    if (number == position.line && position.column <= 200) {
      frame += fmt::format("\n  {:>{}} | {:>{}}", "", width, '^', position.column);
    }
  }
  return frame;
}

}  // namespace expcore::yaml
