#include "params/edit.hpp"

#include <charconv>
#include <optional>
#include <vector>
#include <yaml.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::params {
namespace {

[[noreturn]] void fail_override(std::string_view text, std::string_view problem) {
  throw Error(Errc::invalid_argument,
              fmt::format("Error parsing override '{}'\n{}\nSee "
                          "https://hydra.cc/docs/1.2/advanced/override_grammar/basic for details",
                          text, problem));
}

yaml::Value typed(std::string_view text, std::string_view whole) {
  if (text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0]) {
    const std::string quote(1, text[0]);
    return replace_all(text.substr(1, text.size() - 2), "\\" + quote, quote);
  }
  const std::string lower = to_lower_ascii(text);
  if (lower == "true") return true;
  if (lower == "false") return false;
  if (lower == "null") return yaml::Null{};
  if (text.find_first_of(",[]{}()") != std::string_view::npos) {
    const bool sweep = text.find(',') != std::string_view::npos &&
                       text.find_first_of("[{(") == std::string_view::npos;
    if (sweep) {
      throw Error(Errc::invalid_argument, "Sweep overrides can't be used without `--queue`");
    }
    fail_override(whole, "only scalar values are understood by this version of expcore");
  }
  yaml::Value value = yaml::resolve_plain_scalar(text);
  const bool number =
      value.is_integer() || value.is_real() || value.kind() == yaml::Value::Kind::big_integer;
  return number ? value : yaml::Value(text);
}

/// The bytes of one scalar in a YAML text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_scalar = false;
};

/// Walks libyaml's events down a dotted key.
class Finder {
 public:
  explicit Finder(std::string_view text) : text_(text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  ~Finder() { yaml_parser_delete(&parser_); }
  Finder(const Finder&) = delete;
  Finder& operator=(const Finder&) = delete;

  std::optional<Span> find(const std::vector<std::string_view>& key) {
    key_ = &key;
    yaml_event_type_t type = next();
    while (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT)
      type = next();
    visit(type, 0, true);
    return found_;
  }

 private:
  yaml_event_type_t next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) != 1) {
      throw Error(Errc::parse, "malformed YAML");
    }
    return event_.type;
  }

  /// `on_path`: the current node is the one that key_[0..depth) leads to.
  void visit(yaml_event_type_t type, std::size_t depth, bool on_path) {
    if (on_path && depth == key_->size()) {
      found_ =
          Span{byte_of(event_.start_mark), byte_of(event_.end_mark), type == YAML_SCALAR_EVENT};
    }
    if (type == YAML_MAPPING_START_EVENT) {
      mapping(depth, on_path);
    } else if (type == YAML_SEQUENCE_START_EVENT) {
      sequence(depth, on_path);
    }
  }

  void mapping(std::size_t depth, bool on_path) {
    while (true) {
      const yaml_event_type_t key = next();
      if (key == YAML_MAPPING_END_EVENT) return;
      bool matches = false;
      if (key == YAML_SCALAR_EVENT) {
        const std::string_view name(reinterpret_cast<const char*>(event_.data.scalar.value),
                                    event_.data.scalar.length);
        matches = on_path && depth < key_->size() && name == (*key_)[depth];
      } else {
        visit(key, depth, false);
      }
      visit(next(), depth + 1, matches);
    }
  }

  void sequence(std::size_t depth, bool on_path) {
    std::size_t wanted = 0;
    const bool indexed = on_path && depth < key_->size() &&
                         std::from_chars((*key_)[depth].data(),
                                         (*key_)[depth].data() + (*key_)[depth].size(), wanted)
                                 .ec == std::errc();
    for (std::size_t i = 0;; ++i) {
      const yaml_event_type_t item = next();
      if (item == YAML_SEQUENCE_END_EVENT) return;
      visit(item, depth + 1, indexed && i == wanted);
    }
  }

  /// libyaml counts characters.
  std::size_t byte_of(const yaml_mark_t& mark) const {
    std::size_t byte = 0;
    for (std::size_t seen = 0; byte < text_.size(); ++byte) {
      if ((static_cast<unsigned char>(text_[byte]) & 0xC0U) == 0x80U) continue;
      if (seen++ == mark.index) break;
    }
    return byte;
  }

  std::string_view text_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  const std::vector<std::string_view>* key_ = nullptr;
  std::optional<Span> found_;
};

std::string scalar_text(const yaml::Value& value) {
  if (value.is_null()) return "null";
  std::string text = yaml::dump_yaml(yaml::List{value});
  text = text.substr(2);  // "- "
  text.pop_back();
  // A folded scalar would change the lines around it.
  if (text.find('\n') != std::string::npos) return yaml::dump_json(value);
  return text;
}

}  // namespace

ScalarOverride parse_scalar_override(std::string_view text) {
  ScalarOverride result;
  result.file = "params.yaml";
  std::string_view rest = text;
  const auto equals = text.find('=');
  const auto colon = text.substr(0, equals).find(':');
  if (colon != std::string_view::npos) {
    result.file = std::string(text.substr(0, colon));
    rest = text.substr(colon + 1);
  }
  result.text = std::string(rest);
  const auto split_at = rest.find('=');
  if (split_at == std::string_view::npos) fail_override(rest, "missing EQUAL at '<EOF>'");
  result.key = std::string(trim(rest.substr(0, split_at)));
  if (result.key.empty() || result.key[0] == '+' || result.key[0] == '~') {
    fail_override(rest, "only existing keys can be set by this version of expcore");
  }
  result.value = typed(trim(rest.substr(split_at + 1)), rest);
  return result;
}

std::string set_scalar(std::string_view text, const ScalarOverride& change,
                       const std::string& shown) {
  try {
    yaml::parse_yaml(text);
  } catch (const Error& error) {
    throw Error(Errc::parse,
                fmt::format("unable to read: '{}', YAML file structure is corrupted", shown))
        .with_details(error.what());
  }
  const auto parts = split(change.key, '.');
  const auto span = Finder(text).find(parts);
  if (!span) {
    throw Error(Errc::not_found,
                fmt::format("Invalid `--set-param` value: Could not override '{0}'.\nTo append to "
                            "your config use +{1}: Key '{2}' is not in struct\n    full_key: "
                            "{0}\n    object_type=dict",
                            change.key, change.text, parts.back()));
  }
  if (!span->is_scalar) {
    throw Error(
        Errc::invalid_argument,
        fmt::format("'{}' in '{}' is not a scalar; this version of expcore sets scalars only",
                    change.key, shown));
  }
  std::string result(text.substr(0, span->begin));
  // "key:" with nothing behind it has an empty span right at the colon.
  if (span->begin == span->end && !result.empty() && result.back() == ':') result += ' ';
  return result.append(scalar_text(change.value)).append(text.substr(span->end));
}

}  // namespace expcore::params
