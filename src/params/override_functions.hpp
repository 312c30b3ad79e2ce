#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "params/override.hpp"

namespace expcore::params {

/// A Python exception that a function of the override grammar ends with.
class CallError : public std::runtime_error {
 public:
  CallError(std::string type, const std::string& message)
      : std::runtime_error(message), type_(std::move(type)) {}
  /// "ValueError".
  const std::string& type() const { return type_; }

 private:
  std::string type_;
};

struct Call {
  std::string_view name;
  ElementList arguments;
  std::vector<std::pair<std::string_view, Element>> named;  ///< Names are unique.
};

/// What `extend_list(…)` gives, beside a value.
struct CallResult {
  Element value;
  bool extends = false;
};

/// Evaluates `choice`, `range`, `interval`, `glob`, `sort`, `shuffle`, `tag`, the casts `int`,
/// `float`, `str`, `bool`, and `extend_list`. Quoted arguments lose their quotes.
/// Throws: CallError in Python's and Hydra's words. Source: hydra grammar_functions.py.
CallResult evaluate(Call call);

/// Python's name of the element's type: "int", "ChoiceSweep", "QuotedString".
std::string_view type_name(const Element& element);

/// Python's `==`.
bool equal(const Element& a, const Element& b);

/// Sets `key` in a dict: a key that is there keeps its place.
void set(ElementMap& map, Element key, Element value);

/// Python's float() and int() of a text with underscores and blanks; throw CallError{ValueError}.
double to_real(std::string_view text);
Element to_integer(std::string_view text);

}  // namespace expcore::params
