#include "yaml/roundtrip.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <yaml.h>

#include <expcore/error.hpp>

#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::yaml {
namespace {

/// One member of a block mapping as text: its lines from the key on.
struct Section {
  std::string key;
  std::string text;
};

/// Where the members of a block mapping begin, found with libyaml's marks.
struct Layout {
  struct Start {
    std::string key;
    std::size_t line = 0;
  };
  std::vector<Start> root;
  std::vector<Start> nested;  ///< Members of root member `nested_in`.
  std::string nested_in;
  bool is_block = false;  ///< The root is a block mapping with one key a line.
};

/// Splits a document at the members of its root mapping and of the member called "stages".
class LayoutReader {
 public:
  explicit LayoutReader(const std::string& text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  ~LayoutReader() { yaml_parser_delete(&parser_); }
  LayoutReader(const LayoutReader&) = delete;
  LayoutReader& operator=(const LayoutReader&) = delete;

  Layout read() {
    int depth = 0;
    bool expect_key[2] = {true, true};
    std::string root_key;
    while (true) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) != 1) return {};
      const yaml_event_type_t type = event.type;
      const bool opens = type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT;
      const bool closes = type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT;
      const bool is_node = opens || type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT;
      if (closes) --depth;
      if (is_node) {
        if (depth == 0) {
          layout_.is_block = type == YAML_MAPPING_START_EVENT &&
                             event.data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE;
        } else if (depth <= 2 && (depth == 1 || in_nested_)) {
          bool& is_key = expect_key[depth - 1];
          if (is_key && type == YAML_SCALAR_EVENT) {
            Layout::Start start{
                {reinterpret_cast<const char*>(event.data.scalar.value), event.data.scalar.length},
                event.start_mark.line};
            (depth == 1 ? layout_.root : layout_.nested).push_back(start);
            if (depth == 1) root_key = start.key;
          } else if (is_key) {
            layout_.is_block = false;  // a key that is no scalar
          } else if (depth == 1) {
            in_nested_ = root_key == "stages" && type == YAML_MAPPING_START_EVENT &&
                         event.data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE;
            if (in_nested_) layout_.nested_in = root_key;
            expect_key[1] = true;
          }
          is_key = !is_key;
        }
      }
      if (opens) ++depth;
      yaml_event_delete(&event);
      if (type == YAML_STREAM_END_EVENT) return std::move(layout_);
    }
  }

 private:
  yaml_parser_t parser_{};
  Layout layout_;
  bool in_nested_ = false;
};

std::vector<std::size_t> line_starts(const std::string& text) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  return starts;
}

bool has_two_on_a_line(const std::vector<Layout::Start>& starts) {
  for (std::size_t i = 1; i < starts.size(); ++i) {
    if (starts[i].line == starts[i - 1].line) return true;
  }
  return false;
}

/// The comment and blank lines at the end of a section belong to what follows.
std::string trailing_comments(const std::string& text) {
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t line = end == 1 ? 0 : text.rfind('\n', end - 2) + 1;
    const auto first = text.find_first_not_of(" \t\r", line);
    const bool is_comment = first >= end - 1 || text[first] == '#';
    if (!is_comment || line == 0) break;
    end = line;
  }
  return text.substr(end);
}

std::string member_text(const std::string& key, const Value& value, int indent) {
  Map map;
  map.append(key, value);
  return dump_yaml(std::move(map), indent);
}

}  // namespace

struct RoundTrip::Impl {
  /// Text before the first member (comments, "%YAML", "---").
  std::string head;
  std::vector<Section> root;
  /// Members of the root member "stages" when that is a block mapping; its own section then holds
  /// the key's line alone.
  std::vector<Section> stages;
  std::unordered_map<std::string, std::size_t> stage_at;
  bool has_stages = false;

  void split_text(const std::string& text) {
    const Value value = parse_yaml(text);
    Layout layout = LayoutReader(text).read();
    if (!layout.is_block || has_two_on_a_line(layout.root)) {
      head.clear();
      from_value(value);
      return;
    }
    const auto starts = line_starts(text);
    head = text.substr(0, starts[layout.root.front().line]);
    const bool nested = !layout.nested.empty() && !has_two_on_a_line(layout.nested);
    for (std::size_t i = 0; i < layout.root.size(); ++i) {
      const std::size_t begin = starts[layout.root[i].line];
      const std::size_t end =
          i + 1 < layout.root.size() ? starts[layout.root[i + 1].line] : text.size();
      if (nested && layout.root[i].key == layout.nested_in) {
        split_stages(text, layout, starts, begin, end);
      } else if (!add_stages(layout.root[i].key, value.find(layout.root[i].key))) {
        root.push_back({layout.root[i].key, with_line_feed(text.substr(begin, end - begin))});
      }
    }
  }

  /// Stages in flow style or several to a line are written anew, one by one: setting one must not
  /// lose the others. False when this is another member or there are none.
  bool add_stages(const std::string& key, const Value* value) {
    if (key != "stages" || value == nullptr || !value->is_map() || value->map().empty()) {
      return false;
    }
    has_stages = true;
    root.push_back({key, "stages:\n"});
    for (const auto& stage : value->map()) {
      const std::string name = python_str(stage.key);
      add_stage(name, member_text(name, stage.value, 2));
    }
    return true;
  }

  void split_stages(const std::string& text, const Layout& layout,
                    const std::vector<std::size_t>& starts, std::size_t begin, std::size_t end) {
    has_stages = true;
    const std::size_t first = starts[layout.nested.front().line];
    root.push_back({layout.nested_in, text.substr(begin, first - begin)});
    for (std::size_t i = 0; i < layout.nested.size(); ++i) {
      const std::size_t from = starts[layout.nested[i].line];
      const std::size_t to = i + 1 < layout.nested.size() ? starts[layout.nested[i + 1].line] : end;
      add_stage(layout.nested[i].key, with_line_feed(text.substr(from, to - from)));
    }
  }

  void add_stage(const std::string& key, std::string text) {
    stage_at.emplace(key, stages.size());
    stages.push_back({key, std::move(text)});
  }

  void insert_stage(const std::string& key, std::string text, const std::string& before) {
    const auto next = stage_at.find(before);
    if (before.empty() || next == stage_at.end()) {
      add_stage(key, std::move(text));
      return;
    }
    stages.insert(stages.begin() + static_cast<std::ptrdiff_t>(next->second),
                  {key, std::move(text)});
    number_stages();
  }

  void number_stages() {
    stage_at.clear();
    for (std::size_t i = 0; i < stages.size(); ++i)
      stage_at[stages[i].key] = i;
  }

  static std::string with_line_feed(std::string text) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    return text;
  }

  /// For flow style and other rare layouts: every member written anew.
  void from_value(const Value& value) {
    if (!value.is_map()) return;
    for (const auto& member : value.map()) {
      const std::string key = python_str(member.key);
      if (!add_stages(key, &member.value)) {
        root.push_back({key, member_text(key, member.value, 0)});
      }
    }
  }

  Section* find_root(const std::string& key) {
    const auto found =
        std::find_if(root.begin(), root.end(), [&](const Section& s) { return s.key == key; });
    return found == root.end() ? nullptr : &*found;
  }

  void set_root(const std::string& key, const Value& value) {
    const std::string text = member_text(key, value, 0);
    if (Section* section = find_root(key)) {
      section->text = text + trailing_comments(section->text);
    } else {
      root.push_back({key, text});
    }
  }

  void set_stage(const std::string& name, const Value& value, const std::string& before) {
    if (!has_stages) {
      has_stages = true;
      if (Section* section = find_root("stages")) {
        section->text = "stages:\n";
      } else {
        root.push_back({"stages", "stages:\n"});
      }
    }
    const std::string text = member_text(name, value, 2);
    const auto found = stage_at.find(name);
    if (found == stage_at.end()) {
      insert_stage(name, text, before);
    } else {
      std::string& old = stages[found->second].text;
      old = text + trailing_comments(old);
    }
  }
};

RoundTrip::RoundTrip(std::string text) : impl_(std::make_unique<Impl>()) {
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
  impl_->split_text(text);
}
RoundTrip::~RoundTrip() = default;
RoundTrip::RoundTrip(RoundTrip&&) noexcept = default;
RoundTrip& RoundTrip::operator=(RoundTrip&&) noexcept = default;

void RoundTrip::set(const std::vector<std::string>& path, const Value& value,
                    const std::string& before) {
  if (path.size() == 1) {
    impl_->set_root(path[0], value);
  } else if (path.size() == 2 && path[0] == "stages") {
    impl_->set_stage(path[1], value, before);
  } else {
    throw Error(Errc::internal, "only root members and stages can be set");
  }
}

bool RoundTrip::erase(const std::vector<std::string>& path) {
  Impl& impl = *impl_;
  if (path.size() == 1) {
    if (path[0] == "stages") {
      impl.stages.clear();
      impl.stage_at.clear();
      impl.has_stages = false;
    }
    return std::erase_if(impl.root, [&](const Section& s) { return s.key == path[0]; }) > 0;
  }
  const auto found = path.size() == 2 ? impl.stage_at.find(path[1]) : impl.stage_at.end();
  if (found == impl.stage_at.end()) return false;
  impl.stages.erase(impl.stages.begin() + static_cast<std::ptrdiff_t>(found->second));
  impl.number_stages();
  return true;
}

std::optional<std::string> RoundTrip::last_stage(const std::string& name) const {
  const Impl& impl = *impl_;
  const bool is_last = impl.has_stages && !impl.stages.empty() && !impl.root.empty() &&
                       impl.root.back().key == "stages" && impl.stages.back().key == name;
  if (!is_last) return std::nullopt;
  return impl.stages.back().text;
}

std::string RoundTrip::text() const {
  const Impl& impl = *impl_;
  std::string text = impl.head;
  for (const auto& section : impl.root) {
    text += section.text;
    if (!impl.has_stages || section.key != "stages") continue;
    for (const auto& stage : impl.stages)
      text += stage.text;
  }
  return text;
}

}  // namespace expcore::yaml
