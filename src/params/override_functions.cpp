#include "params/override_functions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "base/text.hpp"
#include "params/decimal.hpp"
#include "params/override_lexer.hpp"
#include "yaml/reader.hpp"

namespace expcore::params {
namespace {

/// Kinds of elements as bits, for what a parameter takes.
enum Type : unsigned {
  none = 1,
  boolean = 2,
  integer = 4,
  real = 8,
  text = 16,
  quoted = 32,
  list = 64,
  map = 128,
  choice = 256,
  range = 512,
  interval = 1024,
  glob = 2048,
  any = 4095,
};
constexpr unsigned number_types = boolean | integer | real;
constexpr unsigned element_types = number_types | text | list | map;

unsigned type_of(const Element& element) {
  static constexpr std::array<unsigned, 9> types = {none, boolean, integer, integer, real,
                                                    text, quoted,  list,    map};
  const Sweep* sweep = element.sweep();
  if (sweep == nullptr) return types.at(element.data.index());
  return static_cast<unsigned>(choice) << static_cast<unsigned>(sweep->kind);
}

[[noreturn]] void fail(std::string type, const std::string& message) {
  throw CallError(std::move(type), message);
}

// Signatures
// ---------------------------------------------------------------------------------------

struct Parameter {
  std::string_view name;
  enum class Kind : unsigned char { positional, rest, keyword } kind;
  bool required = false;
  unsigned types = any;
  std::string_view annotation = {};
};

using Arguments = std::vector<const Element*>;  ///< One a parameter; nullptr: not given.

struct Bound {
  Arguments given;
  ElementList rest;
};

void check_type(const Parameter& parameter, const std::string& name, const Element& value) {
  if ((type_of(value) & parameter.types) != 0) return;
  fail("TypeError", fmt::format("mismatch type argument {}: {} is incompatible with {}", name,
                                type_name(value), parameter.annotation));
}

/// Python's inspect.Signature.bind() and Hydra's check of types.
Bound bind(const std::vector<Parameter>& parameters, Call& call) {
  Bound bound;
  bound.given.resize(parameters.size());
  const auto named = [&](std::string_view name) -> const Element* {
    for (const auto& [known, value] : call.named) {
      if (known == name) return &value;
    }
    return nullptr;
  };
  std::size_t next = 0;
  std::size_t argument = 0;
  for (; argument < call.arguments.size(); ++argument, ++next) {
    if (next == parameters.size() || parameters[next].kind == Parameter::Kind::keyword) {
      fail("TypeError", "too many positional arguments");
    }
    const Parameter& parameter = parameters[next];
    if (parameter.kind == Parameter::Kind::rest) {
      bound.rest = std::move(call.arguments);
      break;
    }
    if (named(parameter.name) != nullptr) {
      fail("TypeError", fmt::format("multiple values for argument '{}'", parameter.name));
    }
    bound.given[next] = &call.arguments[argument];
  }
  std::size_t used = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    if (parameter.kind == Parameter::Kind::rest || bound.given[i] != nullptr) continue;
    bound.given[i] = named(parameter.name);
    if (bound.given[i] != nullptr) {
      ++used;
    } else if (parameter.required) {
      fail("TypeError", fmt::format("missing a required argument: '{}'", parameter.name));
    }
  }
  if (used < call.named.size()) {
    const auto is_known = [&](std::string_view name) {
      return std::any_of(parameters.begin(), parameters.end(), [&](const Parameter& p) {
        return p.name == name && p.kind != Parameter::Kind::rest;
      });
    };
    for (const auto& [name, value] : call.named) {
      if (!is_known(name)) {
        fail("TypeError", fmt::format("got an unexpected keyword argument '{}'", name));
      }
    }
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    if (bound.given[i] != nullptr) {
      check_type(parameter, std::string(parameter.name), *bound.given[i]);
    }
    if (parameter.kind != Parameter::Kind::rest) continue;
    for (std::size_t k = 0; k < bound.rest.size(); ++k) {
      check_type(parameter, fmt::format("{}[{}]", parameter.name, k), bound.rest[k]);
    }
  }
  return bound;
}

// Python's numbers
// ---------------------------------------------------------------------------------

Element from_decimal_digits(std::string_view digits, bool negative) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  digits.remove_prefix(first);
  std::string text = (negative ? "-" : "") + std::string(digits);
  if (digits.size() > 19) return Element(yaml::BigInteger{std::move(text)});
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return Element(yaml::BigInteger{std::move(text)});
  return Element(value);
}

Element truncated(double value) {
  if (std::isnan(value)) fail("ValueError", "cannot convert float NaN to integer");
  if (std::isinf(value)) fail("OverflowError", "cannot convert float infinity to integer");
  constexpr double limit = 9.2e18;
  if (std::abs(value) < limit) return Element(static_cast<std::int64_t>(value));
  const Decimal exact(std::trunc(value));
  return from_decimal_digits(
      exact.digits() + std::string(static_cast<std::size_t>(exact.exponent()), '0'), value < 0);
}

double big_to_real(const yaml::BigInteger& value) {
  const double result = Decimal::from_integer(value.digits).to_real();
  if (std::isinf(result)) fail("OverflowError", "int too large to convert to float");
  return result;
}

/// Digits that single underscores separate, with these taken out; nullopt for anything else.
std::optional<std::string> plain_digits(std::string_view text) {
  std::string digits;
  char before = '_';
  for (const char c : text) {
    if (c == '_' ? before == '_' : (c < '0' || c > '9')) return std::nullopt;
    if (c != '_') digits += c;
    before = c;
  }
  if (before == '_') return std::nullopt;
  return digits;
}

std::string_view without_sign(std::string_view text) {
  return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

// Casts
// --------------------------------------------------------------------------------------------

using Cast = Element (*)(const Element&);

Element cast_int(const Element& value);
Element cast_float(const Element& value);

Number to_number(const Element& element) {
  if (const auto* value = element.as<std::int64_t>()) return *value;
  if (const auto* value = element.as<yaml::BigInteger>()) return *value;
  if (const auto* value = element.as<double>()) return *value;
  return std::int64_t{*element.as<bool>() ? 1 : 0};
}

Element to_element(const Number& number) {
  return std::visit([](const auto& value) { return Element(value); }, number);
}

Element from_sweep(Sweep sweep) { return Element(std::make_shared<const Sweep>(std::move(sweep))); }

[[noreturn]] void fail_assertion() { fail("AssertionError", ""); }

Element cast_bool(const Element& value);

Element cast_sweep(const Sweep& sweep, Cast cast) {
  if (sweep.kind == Sweep::Kind::glob) {
    if (cast != &cast_bool) fail_assertion();
    return Element(true);
  }
  Sweep result;
  result.kind = sweep.kind;
  const bool to_number_type = cast == &cast_int || cast == &cast_float;
  if (sweep.kind == Sweep::Kind::choice) {
    result.simple = sweep.simple;
    for (const Element& item : sweep.items) {
      result.items.push_back(cast(item));
      if ((type_of(result.items.back()) & element_types) == 0) fail_assertion();
    }
    return from_sweep(std::move(result));
  }
  if (sweep.kind == Sweep::Kind::range && !to_number_type) {
    fail("ValueError", "Range can only be cast to int or float");
  }
  result.start = to_number(cast(to_element(sweep.start)));
  result.stop = to_number(cast(to_element(sweep.stop)));
  if (sweep.kind == Sweep::Kind::range) result.step = to_number(cast(to_element(sweep.step)));
  if (sweep.kind == Sweep::Kind::interval) result.tags = sweep.tags;
  return from_sweep(std::move(result));
}

/// What all casts do with lists, dicts and sweeps; nullopt for scalars.
std::optional<Element> cast_container(const Element& value, Cast cast) {
  if (const auto* items = value.as<ElementList>()) {
    ElementList result;
    for (const Element& item : *items)
      result.push_back(cast(item));
    return Element(std::move(result));
  }
  if (const auto* members = value.as<ElementMap>()) {
    ElementMap result;
    for (const auto& [key, member] : *members)
      result.emplace_back(key, cast(member));
    return Element(std::move(result));
  }
  if (const Sweep* sweep = value.sweep()) return cast_sweep(*sweep, cast);
  return std::nullopt;
}

const std::string* text_of(const Element& value) {
  if (const auto* quoted_text = value.as<QuotedString>()) return &quoted_text->text;
  return value.as<std::string>();
}

Element cast_int(const Element& value) {
  if (auto container = cast_container(value, &cast_int)) return *container;
  if (const auto* string = text_of(value)) return to_integer(*string);
  if (const auto* number = value.as<double>()) return truncated(*number);
  if (const auto* flag = value.as<bool>()) return Element(std::int64_t{*flag ? 1 : 0});
  if (value.is_null()) fail_assertion();
  return value;
}

Element cast_float(const Element& value) {
  if (auto container = cast_container(value, &cast_float)) return *container;
  if (const auto* string = text_of(value)) return Element(to_real(*string));
  if (const auto* number = value.as<std::int64_t>()) return Element(static_cast<double>(*number));
  if (const auto* number = value.as<yaml::BigInteger>()) return Element(big_to_real(*number));
  if (const auto* flag = value.as<bool>()) return Element(*flag ? 1.0 : 0.0);
  if (value.is_null()) fail_assertion();
  return value;
}

Element cast_str(const Element& value) {
  const Sweep* sweep = value.sweep();
  if (sweep != nullptr && sweep->kind == Sweep::Kind::interval) {
    fail("ValueError", "Intervals cannot be cast to str");
  }
  if (auto container = cast_container(value, &cast_str)) return *container;
  if (const auto* string = text_of(value)) return Element(*string);
  if (const auto* flag = value.as<bool>()) return Element(std::string(*flag ? "true" : "false"));
  if (value.is_null()) fail_assertion();
  return Element(element_text(value));
}

Element cast_bool(const Element& value) {
  const Sweep* sweep = value.sweep();
  if (sweep != nullptr && sweep->kind == Sweep::Kind::interval) {
    fail("ValueError", "Intervals cannot be cast to bool");
  }
  if (auto container = cast_container(value, &cast_bool)) return *container;
  if (const auto* string = text_of(value)) {
    const std::string lower = to_lower_ascii(*string);
    if (lower == "true" || lower == "false") return Element(lower == "true");
    fail("ValueError", fmt::format("Cannot cast '{}' to bool", *string));
  }
  if (const auto* number = value.as<std::int64_t>()) return Element(*number != 0);
  if (const auto* number = value.as<double>()) return Element(*number != 0.0);
  if (const auto* flag = value.as<bool>()) return Element(*flag);
  return Element(!value.is_null());
}

Element simple_choice(ElementList items) {
  Sweep sweep;
  sweep.simple = true;
  sweep.items = std::move(items);
  return from_sweep(std::move(sweep));
}

Element call_cast(Call& call, Cast cast) {
  static constexpr std::string_view annotation =
      "Optional[Union[str, int, float, bool, List[Any], Dict[str, Any], QuotedString, Sweep]]";
  Bound bound =
      bind({{"args", Parameter::Kind::rest, false, any & ~unsigned{glob}, annotation},
            {"value", Parameter::Kind::keyword, false, any & ~unsigned{glob}, annotation}},
           call);
  const Element* value = bound.given[1];
  if (value != nullptr && !value->is_null()) {
    if (!bound.rest.empty()) fail("TypeError", "cannot use both position and named arguments");
    return cast(*value);
  }
  if (bound.rest.empty()) fail("TypeError", "No positional args or value specified");
  if (bound.rest.size() == 1) return cast(bound.rest[0]);
  for (const Element& item : bound.rest) {
    if (item.sweep() != nullptr) fail_assertion();
  }
  return cast(simple_choice(std::move(bound.rest)));
}

// Sweeps
// -------------------------------------------------------------------------------------------

Element call_choice(Call& call) {
  Bound bound = bind({{"args", Parameter::Kind::rest, false, element_types | choice,
                       "Union[str, int, float, bool, Dict[Any, Any], List[Any], ChoiceSweep]"}},
                     call);
  if (bound.rest.empty()) fail("ValueError", "empty choice is not legal");
  if (bound.rest.size() == 1) {
    if (const Sweep* sweep = bound.rest[0].sweep()) {
      if (!sweep->simple) fail("ValueError", "nesting choices is not supported");
      Sweep result = *sweep;
      result.simple = false;
      return from_sweep(std::move(result));
    }
  }
  Sweep result;
  result.items = std::move(bound.rest);
  return from_sweep(std::move(result));
}

Element call_range(Call& call) {
  static constexpr std::string_view numbers = "Union[int, float]";
  const Bound bound = bind({{"start", Parameter::Kind::positional, true, number_types, numbers},
                            {"stop", Parameter::Kind::positional, false, number_types | none,
                             "Optional[Union[int, float]]"},
                            {"step", Parameter::Kind::positional, false, number_types, numbers}},
                           call);
  Sweep sweep;
  sweep.kind = Sweep::Kind::range;
  sweep.start = to_number(*bound.given[0]);
  if (bound.given[1] == nullptr || bound.given[1]->is_null()) {
    sweep.stop = std::exchange(sweep.start, std::int64_t{0});
  } else {
    sweep.stop = to_number(*bound.given[1]);
  }
  if (bound.given[2] != nullptr) sweep.step = to_number(*bound.given[2]);
  return from_sweep(std::move(sweep));
}

Element call_interval(Call& call) {
  static constexpr std::string_view numbers = "Union[int, float]";
  const Bound bound = bind({{"start", Parameter::Kind::positional, true, number_types, numbers},
                            {"end", Parameter::Kind::positional, true, number_types, numbers}},
                           call);
  Sweep sweep;
  sweep.kind = Sweep::Kind::interval;
  sweep.start = to_number(cast_float(*bound.given[0]));
  sweep.stop = to_number(cast_float(*bound.given[1]));
  return from_sweep(std::move(sweep));
}

ElementList patterns(const Element* value) {
  if (value == nullptr || value->is_null()) return {};
  if (const auto* items = value->as<ElementList>()) return *items;
  return {*value};
}

Element call_glob(Call& call) {
  const Bound bound =
      bind({{"include", Parameter::Kind::positional, true, text | list, "Union[List[str], str]"},
            {"exclude", Parameter::Kind::positional, false, text | list | none,
             "Optional[Union[str, List[str]]]"}},
           call);
  Sweep sweep;
  sweep.kind = Sweep::Kind::glob;
  sweep.items = patterns(bound.given[0]);
  sweep.exclude = patterns(bound.given[1]);
  return from_sweep(std::move(sweep));
}

Element call_tag(Call& call) {
  constexpr unsigned sweeps = choice | range | interval;
  Bound bound = bind({{"args", Parameter::Kind::rest, false, text | sweeps, "Union[str, Sweep]"},
                      {"sweep", Parameter::Kind::keyword, false, sweeps | none, "Optional[Sweep]"}},
                     call);
  if (bound.rest.empty()) {
    fail("ValueError", "Not enough arguments to tag, must take at least a sweep");
  }
  if (bound.given[1] != nullptr && !bound.given[1]->is_null()) {
    bound.rest.push_back(*bound.given[1]);
  }
  const Sweep* sweep = bound.rest.back().sweep();
  if (sweep == nullptr) {
    fail("ValueError",
         "Last argument to tag() must be a choice(), range() or interval(), got NoneType");
  }
  Sweep result = *sweep;
  result.tags.clear();
  for (std::size_t i = 0; i + 1 < bound.rest.size(); ++i) {
    const auto* tag = bound.rest[i].as<std::string>();
    if (tag == nullptr) {
      fail("ValueError",
           fmt::format("tag arguments type must be string, got {}", type_name(bound.rest[i])));
    }
    if (std::find(result.tags.begin(), result.tags.end(), *tag) == result.tags.end()) {
      result.tags.push_back(*tag);
    }
  }
  return from_sweep(std::move(result));
}

constexpr std::string_view order_annotation =
    "Union[str, int, bool, float, list, dict, ChoiceSweep, RangeSweep]";
const Parameter order_arguments = {"args", Parameter::Kind::rest, false,
                                   element_types | choice | range, order_annotation};
const Parameter sweep_argument = {"sweep", Parameter::Kind::keyword, false, choice | range | none,
                                  "Optional[Union[ChoiceSweep, RangeSweep]]"};
const Parameter list_argument = {"list", Parameter::Kind::keyword, false, list | none,
                                 "Optional[List[Any]]"};

bool is_given(const Element* value) { return value != nullptr && !value->is_null(); }

Element shuffled(const Element& value) {
  if (const Sweep* sweep = value.sweep()) {
    Sweep result = *sweep;
    result.shuffled = true;
    return from_sweep(std::move(result));
  }
  ElementList items;
  if (const auto* given = value.as<ElementList>()) {
    items = *given;
    std::random_device seed;
    std::shuffle(items.begin(), items.end(), std::mt19937_64(seed()));
  } else {
    items.push_back(value);
  }
  return Element(std::move(items));
}

Element call_shuffle(Call& call) {
  Bound bound = bind({order_arguments, sweep_argument, list_argument}, call);
  if (is_given(bound.given[2])) return shuffled(*bound.given[2]);
  if (is_given(bound.given[1])) return shuffled(*bound.given[1]);
  if (bound.rest.size() == 1) return shuffled(bound.rest[0]);
  for (const Element& item : bound.rest) {
    if (item.sweep() != nullptr) fail_assertion();
  }
  return shuffled(simple_choice(std::move(bound.rest)));
}

// Sorting
// ------------------------------------------------------------------------------------------

double as_real(const Element& value) {
  if (const auto* number = value.as<double>()) return *number;
  if (const auto* number = value.as<std::int64_t>()) return static_cast<double>(*number);
  if (const auto* number = value.as<yaml::BigInteger>()) {
    return Decimal::from_integer(number->digits).to_real();
  }
  return *value.as<bool>() ? 1.0 : 0.0;
}

Decimal exact(const Element& value) {
  if (const auto* number = value.as<double>()) return Decimal(*number);
  if (const auto* number = value.as<yaml::BigInteger>())
    return Decimal::from_integer(number->digits);
  if (const auto* number = value.as<std::int64_t>()) {
    return Decimal::from_integer(std::to_string(*number));
  }
  return Decimal::from_integer(*value.as<bool>() ? "1" : "0");
}

/// nullopt when one is NaN.
std::optional<int> compare_numbers(const Element& a, const Element& b) {
  const double left = as_real(a);
  const double right = as_real(b);
  if (std::isnan(left) || std::isnan(right)) return std::nullopt;
  if (left != right || std::isinf(left)) return left < right ? -1 : left > right ? 1 : 0;
  return Decimal::compare(exact(a), exact(b));
}

/// Python's `<`.
bool less(const Element& a, const Element& b) {
  const unsigned left = type_of(a);
  const unsigned right = type_of(b);
  if ((left & number_types) != 0 && (right & number_types) != 0) {
    const auto order = compare_numbers(a, b);
    return order && *order < 0;
  }
  if (left == text && right == text) return *a.as<std::string>() < *b.as<std::string>();
  if (left == list && right == list) {
    const auto& x = *a.as<ElementList>();
    const auto& y = *b.as<ElementList>();
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
      if (!equal(x[i], y[i])) return less(x[i], y[i]);
    }
    return x.size() < y.size();
  }
  fail("TypeError", fmt::format("'<' not supported between instances of '{}' and '{}'",
                                type_name(a), type_name(b)));
}

/// Sorts as Python does: the first comparisons, and so the types that an error names, are those of
/// its runs and binary insertions.
void sort_items(ElementList& items, bool reverse) {
  if (items.size() < 2) return;
  if (reverse) std::reverse(items.begin(), items.end());
  std::size_t run = 2;
  if (less(items[1], items[0])) {
    while (run < items.size() && less(items[run], items[run - 1]))
      ++run;
    std::reverse(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(run));
  } else {
    while (run < items.size() && !less(items[run], items[run - 1]))
      ++run;
  }
  if (items.size() < 64) {
    for (; run < items.size(); ++run) {
      const auto end = items.begin() + static_cast<std::ptrdiff_t>(run);
      const auto place = std::upper_bound(items.begin(), end, *end, &less);
      std::rotate(place, end, end + 1);
    }
  } else {
    std::stable_sort(items.begin(), items.end(), &less);
  }
  if (reverse) std::reverse(items.begin(), items.end());
}

__extension__ using Int128 = __int128;

/// More digits than Python reads.
constexpr std::size_t longest_integer = 10'000;

Number add(const Number& a, const Number& b, int sign) {
  const auto* x = std::get_if<std::int64_t>(&a);
  const auto* y = std::get_if<std::int64_t>(&b);
  if (x != nullptr && y != nullptr) {
    const Int128 result = Int128{*x} + Int128{*y} * sign;
    if (result <= std::numeric_limits<std::int64_t>::max() &&
        result >= std::numeric_limits<std::int64_t>::min()) {
      return static_cast<std::int64_t>(result);
    }
  }
  const bool real = std::holds_alternative<double>(a) || std::holds_alternative<double>(b);
  const Element left = to_element(a);
  const Element right = to_element(b);
  if (real) {
    return *cast_float(left).as<double>() + sign * *cast_float(right).as<double>();
  }
  Decimal other = exact(right);
  if (sign < 0 && !other.is_zero()) {
    other = Decimal::of(!other.is_negative(), other.digits(), other.exponent());
  }
  const Decimal result = Decimal::add(exact(left), other, longest_integer);
  return to_number(from_decimal_digits(
      result.digits() + std::string(static_cast<std::size_t>(result.exponent()), '0'),
      result.is_negative()));
}

Number negated(const Number& number) {
  if (const auto* value = std::get_if<double>(&number)) return -*value;
  return add(std::int64_t{0}, number, -1);
}

Element sorted_sweep(const Sweep& sweep, bool reverse) {
  Sweep result = sweep;
  if (sweep.kind == Sweep::Kind::choice) {
    sort_items(result.items, reverse);
    return from_sweep(std::move(result));
  }
  const bool wrong_way = reverse ? less(to_element(sweep.start), to_element(sweep.stop))
                                 : less(to_element(sweep.stop), to_element(sweep.start));
  if (wrong_way) {
    const bool down = less(to_element(sweep.step), Element(std::int64_t{0}));
    const Number step = down ? negated(sweep.step) : sweep.step;
    const int sign = reverse ? -1 : 1;
    result.start = add(sweep.stop, step, sign);
    result.stop = add(sweep.start, step, sign);
    result.step = negated(sweep.step);
  }
  return from_sweep(std::move(result));
}

std::string python_tuple(const ElementList& items);

Element call_sort(Call& call) {
  Bound bound = bind({order_arguments,
                      sweep_argument,
                      list_argument,
                      {"reverse", Parameter::Kind::keyword, false, boolean, "bool"}},
                     call);
  const bool reverse = bound.given[3] != nullptr && *bound.given[3]->as<bool>();
  const auto sorted = [&](const Element& value) {
    if (const Sweep* sweep = value.sweep()) return sorted_sweep(*sweep, reverse);
    const auto* items = value.as<ElementList>();
    if (items == nullptr) return value;
    ElementList result = *items;
    sort_items(result, reverse);
    return Element(std::move(result));
  };
  if (is_given(bound.given[2])) return sorted(*bound.given[2]);
  if (is_given(bound.given[1])) return sorted(*bound.given[1]);
  if (bound.rest.size() == 1) return sorted(bound.rest[0]);
  for (const Element& item : bound.rest) {
    if ((type_of(item) & (number_types | text)) == 0) {
      fail("TypeError", "Invalid arguments: " + python_tuple(bound.rest));
    }
  }
  if (bound.rest.empty()) fail("ValueError", "empty sort input");
  return sorted(simple_choice(std::move(bound.rest)));
}

std::string python_text(const Element& value) {
  if (const auto* string = value.as<std::string>()) return python_repr(*string);
  if (const auto* string = value.as<QuotedString>()) {
    return fmt::format("QuotedString(text={}, quote=<Quote.{}>)", python_repr(string->text),
                       string->quote == '\'' ? "single: 0" : "double: 1");
  }
  if (value.is_null()) return "None";
  if (const auto* items = value.as<ElementList>()) {
    std::string result = "[";
    for (const Element& item : *items)
      result.append(result.size() > 1 ? ", " : "").append(python_text(item));
    return result + "]";
  }
  if (const auto* members = value.as<ElementMap>()) {
    std::string result = "{";
    for (const auto& [key, member] : *members) {
      result.append(result.size() > 1 ? ", " : "")
          .append(python_text(key))
          .append(": ")
          .append(python_text(member));
    }
    return result + "}";
  }
  const Sweep* sweep = value.sweep();
  if (sweep == nullptr) return element_text(value);
  std::string tags;
  for (const std::string& tag : sweep->tags)
    tags.append(tags.empty() ? "{" : ", ").append(python_repr(tag));
  tags = tags.empty() ? "set()" : tags + "}";
  const auto flag = [](bool on) { return on ? "True" : "False"; };
  const auto number = [](const Number& n) { return element_text(to_element(n)); };
  if (sweep->kind == Sweep::Kind::choice) {
    return fmt::format("ChoiceSweep(tags={}, list={}, simple_form={}, shuffle={})", tags,
                       python_text(Element(sweep->items)), flag(sweep->simple),
                       flag(sweep->shuffled));
  }
  if (sweep->kind == Sweep::Kind::glob) {
    return fmt::format("Glob(include={}, exclude={})", python_text(Element(sweep->items)),
                       python_text(Element(sweep->exclude)));
  }
  if (sweep->kind == Sweep::Kind::interval) {
    return fmt::format("IntervalSweep(tags={}, start={}, end={})", tags, number(sweep->start),
                       number(sweep->stop));
  }
  return fmt::format("RangeSweep(tags={}, start={}, stop={}, step={}, shuffle={})", tags,
                     number(sweep->start), number(sweep->stop), number(sweep->step),
                     flag(sweep->shuffled));
}

std::string python_tuple(const ElementList& items) {
  std::string result = "(";
  for (const Element& item : items)
    result.append(result.size() > 1 ? ", " : "").append(python_text(item));
  return result + ")";
}

Element call_extend_list(Call& call) {
  if (!call.named.empty()) {
    fail("TypeError",
         fmt::format("got an unexpected keyword argument '{}'", call.named.front().first));
  }
  for (const Element& item : call.arguments) {
    if (item.sweep() != nullptr) fail("TypeError", "a list cannot be extended by a sweep");
  }
  return Element(std::move(call.arguments));
}

struct Function {
  std::string_view name;
  Element (*call)(Call&);
};

constexpr std::array<Function, 12> functions = {{
    {"bool", [](Call& call) { return call_cast(call, &cast_bool); }},
    {"choice", &call_choice},
    {"extend_list", &call_extend_list},
    {"float", [](Call& call) { return call_cast(call, &cast_float); }},
    {"glob", &call_glob},
    {"int", [](Call& call) { return call_cast(call, &cast_int); }},
    {"interval", &call_interval},
    {"range", &call_range},
    {"shuffle", &call_shuffle},
    {"sort", &call_sort},
    {"str", [](Call& call) { return call_cast(call, &cast_str); }},
    {"tag", &call_tag},
}};

void drop_quotes(Element& element) {
  if (auto* string = std::get_if<QuotedString>(&element.data)) {
    std::string plain = std::move(string->text);
    element.data = std::move(plain);
  }
}

}  // namespace

CallResult evaluate(Call call) {
  const auto* found = std::find_if(functions.begin(), functions.end(),
                                   [&](const Function& f) { return f.name == call.name; });
  if (found == functions.end()) {
    fail("HydraException",
         fmt::format("Unknown function '{}'\nAvailable: "
                     "bool,choice,float,glob,int,interval,range,shuffle,sort,str,tag\n",
                     call.name));
  }
  for (Element& argument : call.arguments)
    drop_quotes(argument);
  for (auto& [name, argument] : call.named)
    drop_quotes(argument);
  return {found->call(call), found->name == "extend_list"};
}

std::string_view type_name(const Element& element) {
  static constexpr std::array<std::string_view, 9> names = {
      "NoneType", "bool", "int", "int", "float", "str", "QuotedString", "list", "dict"};
  static constexpr std::array<std::string_view, 4> sweeps = {"ChoiceSweep", "RangeSweep",
                                                             "IntervalSweep", "Glob"};
  const Sweep* sweep = element.sweep();
  return sweep == nullptr ? names.at(element.data.index())
                          : sweeps.at(static_cast<std::size_t>(sweep->kind));
}

bool equal(const Element& a, const Element& b) {
  const unsigned left = type_of(a);
  const unsigned right = type_of(b);
  if ((left & number_types) != 0 && (right & number_types) != 0) {
    const auto order = compare_numbers(a, b);
    return order && *order == 0;
  }
  if (left != right) return false;
  switch (left) {
    case none:
      return true;
    case text:
      return *a.as<std::string>() == *b.as<std::string>();
    case quoted:
      return a.as<QuotedString>()->text == b.as<QuotedString>()->text &&
             a.as<QuotedString>()->quote == b.as<QuotedString>()->quote;
    case list: {
      const auto& x = *a.as<ElementList>();
      const auto& y = *b.as<ElementList>();
      return std::equal(x.begin(), x.end(), y.begin(), y.end(), &equal);
    }
    default:
      return false;
  }
}

void set(ElementMap& map, Element key, Element value) {
  for (auto& [known, old] : map) {
    if (equal(known, key)) {
      old = std::move(value);
      return;
    }
  }
  map.emplace_back(std::move(key), std::move(value));
}

double to_real(std::string_view given) {
  const std::string_view stripped = trim(given);
  const std::string_view unsigned_text = without_sign(stripped);
  const std::string lower = to_lower_ascii(unsigned_text);
  const bool negative = stripped.starts_with('-');
  if (lower == "inf" || lower == "infinity" || lower == "nan") {
    constexpr double inf = std::numeric_limits<double>::infinity();
    if (lower == "nan") return std::numeric_limits<double>::quiet_NaN();
    return negative ? -inf : inf;
  }
  // Underscores may only stand between digits.
  std::string plain;
  bool good = !lower.empty() && (lower[0] == '.' || (lower[0] >= '0' && lower[0] <= '9'));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (lower[i] != '_') {
      plain += lower[i];
    } else {
      good =
          good && i > 0 && i + 1 < lower.size() && is_digit(lower[i - 1]) && is_digit(lower[i + 1]);
    }
  }
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  const bool all = end == plain.data() + plain.size();
  if (!good || !all || error == std::errc::invalid_argument) {
    fail("ValueError", "could not convert string to float: " + python_repr(given));
  }
  if (error == std::errc::result_out_of_range) {
    const std::size_t e = plain.find('e');
    const bool tiny =
        e != std::string::npos ? plain[e + 1] == '-' : plain[0] == '0' || plain[0] == '.';
    value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return negative ? -value : value;
}

Element to_integer(std::string_view given) {
  const std::string_view stripped = trim(given);
  const auto digits = plain_digits(without_sign(stripped));
  if (!digits) {
    fail("ValueError", "invalid literal for int() with base 10: " + python_repr(given));
  }
  constexpr std::size_t most_digits = 4300;
  if (digits->size() > most_digits) {
    fail("ValueError",
         fmt::format("Exceeds the limit ({} digits) for integer string conversion: value has {} "
                     "digits; use sys.set_int_max_str_digits() to increase the limit",
                     most_digits, digits->size()));
  }
  return from_decimal_digits(*digits, stripped.starts_with('-'));
}

}  // namespace expcore::params
