#include "params/range_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "params/decimal.hpp"

namespace expcore::params {
namespace {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

constexpr std::size_t precision = 28;
constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

[[noreturn]] void fail(const std::string& problem) { throw Error(Errc::invalid_argument, problem); }
[[noreturn]] void fail_long() { fail("The range has no end or too many values to enumerate"); }

double real_of(const Number& number) {
  if (const auto* value = std::get_if<double>(&number)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&number)) return static_cast<double>(*value);
  return Decimal::from_integer(std::get<yaml::BigInteger>(number).digits).to_real();
}

Decimal exact(const Number& number) {
  if (const auto* value = std::get_if<double>(&number)) return Decimal(*value);
  if (const auto* value = std::get_if<std::int64_t>(&number)) {
    return Decimal::from_integer(std::to_string(*value));
  }
  return Decimal::from_integer(std::get<yaml::BigInteger>(number).digits);
}

Int128 power_of_ten(std::size_t power) {
  Int128 result = 1;
  while (power-- > 0)
    result *= 10;
  return result;
}

/// The number in units of 10^exponent; its digits must fit.
Int128 on_grid(const Decimal& number, int exponent) {
  Int128 result = 0;
  for (const char digit : number.digits())
    result = result * 10 + (digit - '0');
  result *= power_of_ten(static_cast<std::size_t>(number.exponent() - exponent));
  return number.is_negative() ? -result : result;
}

/// The smallest whole number of 10^exponent that is not below `bound` when `up`, else the largest
/// not above; beyond all sums when it is that far away.
Int128 bound_on_grid(const Decimal& bound, int exponent, bool up) {
  constexpr Int128 far = Int128{1} << 110;
  if (bound.is_zero()) return 0;
  if (bound.magnitude() - exponent > 30) return bound.is_negative() ? -far : far;
  const int whole = bound.magnitude() - exponent + 1;
  Int128 result = 0;
  for (int i = 0; i < whole; ++i) {
    const auto at = static_cast<std::size_t>(i);
    result = result * 10 + (at < bound.digits().size() ? bound.digits()[at] - '0' : 0);
  }
  const bool has_rest = whole < static_cast<int>(bound.digits().size());
  if (bound.is_negative()) result = -result;
  if (has_rest && up && !bound.is_negative()) ++result;
  if (has_rest && !up && bound.is_negative()) --result;
  return result;
}

bool same_decade(const Decimal& a, const Decimal& b) {
  return !a.is_zero() && !b.is_zero() && a.is_negative() == b.is_negative() &&
         a.magnitude() == b.magnitude();
}

std::string decimal_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  const Decimal exact_value(value);
  if (exact_value.exponent() >= 0) {
    return (exact_value.is_negative() ? "-" : "") + exact_value.digits() +
           std::string(static_cast<std::size_t>(exact_value.exponent()), '0');
  }
  return python_float(value);
}

}  // namespace

RangeValues::RangeValues(const Sweep& range) {
  const auto is_real = [](const Number& n) { return std::holds_alternative<double>(n); };
  is_integer_ = !is_real(range.start) && !is_real(range.stop) && !is_real(range.step);
  if (is_integer_) {
    count_integers(range);
  } else {
    count_reals(range);
  }
}

void RangeValues::count_integers(const Sweep& range) {
  const auto* start = std::get_if<std::int64_t>(&range.start);
  const auto* stop = std::get_if<std::int64_t>(&range.stop);
  const auto* step = std::get_if<std::int64_t>(&range.step);
  if (start == nullptr || stop == nullptr || step == nullptr) {
    const Decimal first = exact(range.start);
    const Decimal last = exact(range.stop);
    const bool up = !exact(range.step).is_negative();
    if (Decimal::compare(first, last) * (up ? 1 : -1) >= 0) return;
    fail_long();
  }
  if (*step == 0) fail("range() arg 3 must not be zero");
  start_ = *start;
  step_ = *step;
  const Int128 span = *step > 0 ? Int128{*stop} - *start : Int128{*start} - *stop;
  if (span <= 0) return;
  const Int128 stride = *step > 0 ? Int128{*step} : -Int128{*step};
  const Int128 count = (span + stride - 1) / stride;
  if (count > Int128{most}) fail_long();
  size_ = static_cast<std::uint64_t>(count);
}

void RangeValues::add_single(double value) {
  Segment segment;
  segment.is_single = true;
  segment.single = value;
  add_segment(segment, 1);
}

void RangeValues::add_segment(Segment segment, Int128 count) {
  if (count > Int128{most - size_}) fail_long();
  segment.first = size_;
  segments_.push_back(segment);
  size_ += static_cast<std::uint64_t>(count);
}

void RangeValues::count_reals(const Sweep& range) {
  const double start = real_of(range.start);
  const double stop = real_of(range.stop);
  const double step = real_of(range.step);
  if (std::isnan(start) || std::isnan(stop) || std::isnan(step)) {
    fail("[<class 'decimal.InvalidOperation'>]");
  }
  if (step == 0) {
    fail(fmt::format("Invalid range values (start:{}, stop:{}, step:{})", decimal_text(start),
                     decimal_text(stop), decimal_text(step)));
  }
  const bool up = step > 0;
  if (!std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step)) {
    if (up ? start >= stop : start <= stop) return;
    if (std::isfinite(start) && std::isfinite(stop)) return add_single(start);
    fail_long();
  }
  const Decimal bound = exact(range.stop);
  const Decimal increment = exact(range.step);
  const auto add = [&](const Decimal& value) { return Decimal::add(value, increment, precision); };
  const auto is_inside = [&](const Decimal& value) {
    return Decimal::compare(value, bound) * (up ? 1 : -1) < 0;
  };
  Decimal current = exact(range.start);
  bool is_sum = false;
  while (is_inside(current)) {
    const Decimal second = add(current);
    if (Decimal::compare(second, current) == 0) fail_long();
    const Decimal third = add(second);
    if (is_sum && same_decade(current, second) && same_decade(second, third)) {
      Segment segment;
      segment.exponent = current.magnitude() - static_cast<int>(precision) + 1;
      segment.value = on_grid(current, segment.exponent);
      segment.delta = on_grid(second, segment.exponent) - segment.value;
      const Int128 next = on_grid(third, segment.exponent) - on_grid(second, segment.exponent);
      const Int128 stop_at = bound_on_grid(bound, segment.exponent, up);
      // Where the power of ten changes, or the range ends.
      const bool grows = up == (segment.value > 0);
      const Int128 limit = (grows ? power_of_ten(precision) : power_of_ten(precision - 1) - 1) *
                           (segment.value > 0 ? 1 : -1);
      const Int128 end = up ? std::min(stop_at, limit + (grows ? 0 : 1))
                            : std::max(stop_at, limit - (grows ? 0 : 1));
      const Int128 distance = up ? end - segment.value : segment.value - end;
      const Int128 stride = up ? segment.delta : -segment.delta;
      const Int128 count = (distance + stride - 1) / stride;
      if (segment.delta == next && count > 1) {
        add_segment(segment, count);
        const Int128 last = segment.value + segment.delta * (count - 1);
        const UInt128 magnitude = static_cast<UInt128>(last < 0 ? -last : last);
        std::string digits;
        for (UInt128 rest = magnitude; rest > 0; rest /= 10)
          digits += static_cast<char>('0' + static_cast<int>(rest % 10));
        std::reverse(digits.begin(), digits.end());
        current = add(Decimal::of(last < 0, std::move(digits), segment.exponent));
        continue;
      }
    }
    add_single(current.to_real());
    current = second;
    is_sum = true;
  }
}

double RangeValues::real_at(std::uint64_t index) const {
  auto segment =
      std::upper_bound(segments_.begin(), segments_.end(), index,
                       [](std::uint64_t wanted, const Segment& s) { return wanted < s.first; });
  --segment;
  if (segment->is_single) return segment->single;
  const Int128 value = segment->value + segment->delta * Int128{index - segment->first};
  auto rest = static_cast<UInt128>(value < 0 ? -value : value);
  char text[64];
  // Digits from the end in blocks that fit a register, then the exponent.
  char* at = std::begin(text) + 40;
  char* const end = at;
  constexpr std::uint64_t block = 1'000'000'000'000'000'000U;
  while (rest > 0) {
    auto low = static_cast<std::uint64_t>(rest % block);
    rest /= block;
    for (int i = 0; i < 18 && (rest > 0 || low > 0); ++i, low /= 10)
      *--at = static_cast<char>('0' + low % 10);
  }
  if (at == end) return 0;
  if (value < 0) *--at = '-';
  *end = 'e';
  const auto [last, problem] = std::to_chars(end + 1, std::end(text), segment->exponent);
  double result = 0;
  const auto [used, error] = std::from_chars(at, last, result);
  if (error == std::errc::result_out_of_range) {
    return segment->exponent > 0 ? (value < 0 ? -1 : 1) * std::numeric_limits<double>::infinity()
                                 : 0.0;
  }
  return result;
}

void RangeValues::append(std::string& out, std::uint64_t index) const {
  if (!is_integer_) {
    out += python_float(real_at(index));
    return;
  }
  char digits[24];
  const Int128 value = Int128{start_} + Int128{step_} * Int128{index};
  const auto [end, error] =
      std::to_chars(std::begin(digits), std::end(digits), static_cast<std::int64_t>(value));
  out.append(digits, end);
}

}  // namespace expcore::params
