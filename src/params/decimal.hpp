#pragma once
#include <string>
#include <string_view>

namespace expcore::params {

/// An exact decimal number: digits and a power of ten. Only what ranges of Hydra need: they add
/// exact doubles in Python's decimal arithmetic (28 digits, half to even).
/// Thread safety: a value.
class Decimal {
 public:
  Decimal() = default;
  /// The exact value of a finite double.
  explicit Decimal(double value);
  /// An integer of any size: digits, '-' in front when negative.
  static Decimal from_integer(std::string_view text);
  static Decimal of(bool negative, std::string digits, int exponent);

  bool is_zero() const { return digits_ == "0"; }
  bool is_negative() const { return negative_; }
  /// Without leading zeros.
  const std::string& digits() const { return digits_; }
  int exponent() const { return exponent_; }
  /// The power of ten of the first digit.
  int magnitude() const { return exponent_ + static_cast<int>(digits_.size()) - 1; }

  /// a + b rounded to `precision` significant digits, halves to even.
  static Decimal add(const Decimal& a, const Decimal& b, std::size_t precision);
  /// Negative, zero or positive.
  static int compare(const Decimal& a, const Decimal& b);

  /// The nearest double.
  double to_real() const;

 private:
  void strip();
  void round(std::size_t precision);

  bool negative_ = false;
  std::string digits_ = "0";
  int exponent_ = 0;
};

}  // namespace expcore::params
