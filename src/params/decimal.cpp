#include "params/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace expcore::params {
namespace {

/// |a| against |b| for digit strings with the same exponent.
int compare_digits(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

std::string without_leading_zeros(std::string digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0" : digits.substr(first);
}

std::string sum(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  std::string result(a.size() + 1, '0');
  int carry = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    int digit = a[a.size() - 1 - i] - '0' + carry;
    if (i < b.size()) digit += b[b.size() - 1 - i] - '0';
    result[a.size() - i] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  result[0] = static_cast<char>('0' + carry);
  return without_leading_zeros(std::move(result));
}

/// a - b for a >= b.
std::string difference(std::string_view a, std::string_view b) {
  std::string result(a);
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    int digit = a[a.size() - 1 - i] - '0' - borrow;
    if (i < b.size()) digit -= b[b.size() - 1 - i] - '0';
    borrow = digit < 0 ? 1 : 0;
    result[a.size() - 1 - i] = static_cast<char>('0' + digit + borrow * 10);
  }
  return without_leading_zeros(std::move(result));
}

/// The digits of a number as if its exponent were `exponent` (not above its own).
std::string aligned(const Decimal& number, int exponent) {
  if (number.is_zero()) return "0";
  return number.digits() + std::string(static_cast<std::size_t>(number.exponent() - exponent), '0');
}

}  // namespace

Decimal::Decimal(double value) {
  // The longest double has 767 significant digits.
  const std::string text = fmt::format("{:.766e}", value);
  const std::size_t e = text.find('e');
  int power = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), text.data() + text.size(), power);
  std::copy_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(e),
               std::back_inserter(digits_), [](char c) { return c >= '0' && c <= '9'; });
  digits_.erase(0, 1);  // the default "0"
  negative_ = text[0] == '-';
  exponent_ = power - 766;
  strip();
}

Decimal Decimal::from_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  return of(negative, std::string(negative ? text.substr(1) : text), 0);
}

Decimal Decimal::of(bool negative, std::string digits, int exponent) {
  Decimal result;
  result.negative_ = negative;
  result.digits_ = without_leading_zeros(std::move(digits));
  result.exponent_ = exponent;
  result.strip();
  return result;
}

/// Trailing zeros go into the exponent.
void Decimal::strip() {
  digits_ = without_leading_zeros(std::move(digits_));
  if (digits_ == "0") {
    exponent_ = 0;
    negative_ = false;
    return;
  }
  const std::size_t last = digits_.find_last_not_of('0');
  exponent_ += static_cast<int>(digits_.size() - 1 - last);
  digits_.resize(last + 1);
}

void Decimal::round(std::size_t precision) {
  if (digits_.size() <= precision) return;
  const std::string_view rest = std::string_view(digits_).substr(precision);
  const bool above =
      rest[0] > '5' || (rest[0] == '5' && rest.find_first_not_of('0', 1) != std::string_view::npos);
  const bool half = rest[0] == '5' && !above;
  const bool up = above || (half && (digits_[precision - 1] - '0') % 2 != 0);
  exponent_ += static_cast<int>(digits_.size() - precision);
  digits_.resize(precision);
  if (up) digits_ = sum(digits_, "1");
  strip();
}

Decimal Decimal::add(const Decimal& a, const Decimal& b, std::size_t precision) {
  const int exponent = a.is_zero()   ? b.exponent_
                       : b.is_zero() ? a.exponent_
                                     : std::min(a.exponent_, b.exponent_);
  const std::string left = aligned(a, exponent);
  const std::string right = aligned(b, exponent);
  Decimal result;
  result.exponent_ = exponent;
  result.negative_ = a.negative_;
  if (a.negative_ == b.negative_) {
    result.digits_ = sum(left, right);
  } else if (compare_digits(left, right) >= 0) {
    result.digits_ = difference(left, right);
  } else {
    result.digits_ = difference(right, left);
    result.negative_ = b.negative_;
  }
  result.strip();
  result.round(precision);
  return result;
}

int Decimal::compare(const Decimal& a, const Decimal& b) {
  const auto sign = [](const Decimal& d) { return d.is_zero() ? 0 : d.negative_ ? -1 : 1; };
  if (sign(a) != sign(b)) return sign(a) < sign(b) ? -1 : 1;
  if (sign(a) == 0) return 0;
  int result = a.magnitude() - b.magnitude();
  if (result == 0) {
    const int exponent = std::min(a.exponent_, b.exponent_);
    result = compare_digits(aligned(a, exponent), aligned(b, exponent));
  }
  return result * sign(a);
}

double Decimal::to_real() const {
  const std::string text = fmt::format("{}{}e{}", negative_ ? "-" : "", digits_, exponent_);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  const double limit = magnitude() > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return negative_ ? -limit : limit;
}

}  // namespace expcore::params
