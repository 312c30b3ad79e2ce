#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <expcore/error.hpp>
#include <expcore/overrides.hpp>

#include "yaml/value.hpp"

/// Hydra 1.3's override grammar: `key=value`, `+key=value`, `++key=value`, `~key[=value]`, values
/// and sweeps. Source: hydra OverrideLexer.g4, OverrideParser.g4, overrides_visitor.py,
/// grammar_functions.py; docs/formats/overrides.md.
namespace expcore::params {

struct Sweep;
class Element;

/// A string in quotes: stays a string whatever it holds, and is written with its own quotes.
struct QuotedString {
  std::string text;
  char quote = '\'';
};

using ElementList = std::vector<Element>;
using ElementMap = std::vector<std::pair<Element, Element>>;  ///< In order, keys unique.

/// What stands for a value in an override: a scalar, a list, a dict, or a sweep (which only makes
/// sense at the top). Interpolations (`${…}`) are plain strings here.
/// Thread safety: a value.
class Element {
 public:
  using Data = std::variant<yaml::Null, bool, std::int64_t, yaml::BigInteger, double, std::string,
                            QuotedString, ElementList, ElementMap, std::shared_ptr<const Sweep>>;

  Element() = default;
  template <typename T>
  explicit Element(T value) : data(std::move(value)) {}

  template <typename T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  bool is_null() const { return data.index() == 0; }
  const Sweep* sweep() const;

  Data data;
};

/// Numbers that bound ranges and intervals.
using Number = std::variant<std::int64_t, yaml::BigInteger, double>;

/// A value that stands for several. Source: hydra types.py ChoiceSweep, RangeSweep, IntervalSweep,
/// Glob.
struct Sweep {
  enum class Kind : unsigned char {
    choice,  ///< `a,b` (simple) or `choice(a,b)`: `items`.
    range,   ///< `range(start,stop,step)`.
    interval,
    glob,
  };
  Kind kind = Kind::choice;
  bool simple = false;    ///< `a,b` rather than `choice(a,b)`.
  bool shuffled = false;  ///< Order is random at each expansion.
  std::vector<std::string> tags;
  ElementList items;  ///< Of a choice; of a glob the patterns to include.
  ElementList exclude;
  Number start = std::int64_t{0};
  Number stop = std::int64_t{0};  ///< `end` of an interval.
  Number step = std::int64_t{1};
};

struct OverrideKey {
  std::string key;                     ///< Dotted path ("a.b.0") or group ("db/mysql"); may be "".
  std::optional<std::string> package;  ///< Behind '@'.
};

enum class OverrideKind : unsigned char {
  change,     ///< `key=value`: the key must exist.
  add,        ///< `+key=value`: it must not.
  force_add,  ///< `++key=value`.
  remove,     ///< `~key` or `~key=value`.
  extend,     ///< `key=extend_list(…)`: `value` is the list of what to append.
};

enum class ValueKind : unsigned char {
  none,  ///< `~key`.
  element,
  choice,
  simple_choice,
  glob,
  range,
  interval,
};

/// One parsed override. Thread safety: a value.
struct Override {
  OverrideKind kind = OverrideKind::change;
  OverrideKey key;
  ValueKind value_kind = ValueKind::none;
  Element value;
  std::string text;  ///< As typed.

  bool is_sweep() const {
    return value_kind != ValueKind::none && value_kind != ValueKind::element;
  }
  /// "+group@package": how a sweep names it.
  std::string key_element() const;
};

/// How an override is malformed, for tests and editors; the message has Hydra's words.
class OverrideError : public Error {
 public:
  enum class Kind : unsigned char {
    lexer,       ///< A character that starts no token.
    mismatched,  ///< "mismatched input …".
    no_viable,   ///< "no viable alternative at input …".
    missing,     ///< "missing … at …".
    extraneous,  ///< "extraneous input … expecting …".
    function,    ///< A call that cannot be evaluated.
    other,
  };
  OverrideError(Kind kind, std::size_t column, const std::string& message)
      : Error(Errc::invalid_argument, message), kind_(kind), column_(column) {}
  Kind kind() const { return kind_; }
  /// Of the token at fault: 0-based, in characters.
  std::size_t column() const { return column_; }

 private:
  Kind kind_;
  std::size_t column_;
};

/// Parses one override (without a file in front).
/// Throws: OverrideError with Hydra's message; details() show the text with a caret under the
/// column. Values may be nested 200 deep.
Override parse_override(std::string_view text);

/// Hydra's text of a value, which parses back to it ("[1,a\ b]", "True", "1e-05").
std::string element_text(const Element& element);
/// Appends element_text() to `out`.
void append_element_text(std::string& out, const Element& element);

/// The value as files hold it: quoted strings become strings. Throws: Error{invalid_argument}
/// "Unexpected type annotation: Set[str]" for a sweep inside.
yaml::Value to_value(const Element& element);

/// The overrides for one file, parsed.
struct FileOverrideSet {
  std::string file;
  std::vector<Override> overrides;
};

/// Groups `-S` arguments by file as DVC does: the file is what stands before the first ':' when
/// that comes before the first '='; "params.yaml" otherwise. Files in order of appearance.
/// Source: DVC dvc/utils/cli_parse.py to_path_overrides.
OverridePoint group_by_file(const std::vector<std::string>& arguments);

}  // namespace expcore::params
