#include "params/sweep.hpp"

#include <algorithm>
#include <limits>
#include <random>

#include <expcore/error.hpp>
#include <fmt/format.h>

namespace expcore::params {
namespace {

/// Ranges up to this size are spelled out once: they come round again and again.
constexpr std::uint64_t worth_keeping = 1 << 14;
/// A shuffled range is spelled out whole.
constexpr std::uint64_t most_shuffled = 20'000'000;

void check_enumerable(const Override& override) {
  if (override.value_kind == ValueKind::glob) {
    throw Error(Errc::invalid_argument,
                fmt::format("Glob override '{}' is not supported.", override.text));
  }
  if (override.value_kind == ValueKind::interval) {
    throw Error(Errc::invalid_argument,
                "BasicSweeper does not support sweep type : INTERVAL_SWEEP");
  }
}

std::vector<std::string> spelled(const std::string& prefix, const RangeValues& range) {
  std::vector<std::string> texts(range.size(), prefix);
  for (std::uint64_t i = 0; i < texts.size(); ++i)
    range.append(texts[i], i);
  return texts;
}

}  // namespace

Expansion::Expansion(const std::vector<FileOverrideSet>& files) {
  for (const auto& [file, overrides] : files) {
    const std::size_t first = axes_.size();
    for (const Override& override : overrides) {
      check_enumerable(override);
      const std::string prefix = override.key_element() + "=";
      auto found = std::find_if(axes_.begin() + static_cast<std::ptrdiff_t>(first), axes_.end(),
                                [&](const Axis& axis) { return axis.prefix == prefix; });
      if (found == axes_.end()) {
        found = axes_.insert(axes_.end(), Axis());
        found->file = files_.size();
        found->slot = axes_.size() - 1 - first;
        found->prefix = prefix;
      }
      fill(*found, override);
    }
    files_.push_back(file);
  }
}

void Expansion::fill(Axis& axis, const Override& override) {
  axis.texts.clear();
  axis.range.reset();
  const Sweep* sweep = override.value.sweep();
  if (sweep == nullptr) {
    std::string text = element_text(override.value);
    if (override.kind == OverrideKind::extend) {
      text = "extend_list(" + text.substr(1, text.size() - 2) + ")";
    }
    axis.texts.push_back(axis.prefix + text);
    return;
  }
  if (sweep->kind == Sweep::Kind::range) {
    axis.range = std::make_shared<const RangeValues>(*sweep);
    if (sweep->shuffled && axis.range->size() > most_shuffled) {
      throw Error(Errc::invalid_argument, "The range has too many values to shuffle");
    }
    if (sweep->shuffled || axis.range->size() <= worth_keeping) {
      axis.texts = spelled(axis.prefix, *axis.range);
      axis.range.reset();
    }
  } else {
    for (const Element& item : sweep->items) {
      axis.texts.push_back(axis.prefix + element_text(item));
      // Quoted arguments of functions lose their quotes: some texts then mean nothing.
      if (item.as<std::string>() != nullptr) parse_override(axis.texts.back());
    }
  }
  if (sweep->shuffled) {
    std::random_device seed;
    std::shuffle(axis.texts.begin(), axis.texts.end(), std::mt19937_64(seed()));
  }
}

std::uint64_t Expansion::size() const {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto is_empty = [](const Axis& axis) { return axis.size() == 0; };
  if (std::any_of(axes_.begin(), axes_.end(), is_empty)) return 0;
  std::uint64_t size = 1;
  for (const Axis& axis : axes_) {
    if (axis.size() > most / size) {
      throw Error(Errc::invalid_argument, "The sweep has too many combinations to count");
    }
    size *= axis.size();
  }
  return size;
}

Expansion::Cursor::Cursor(const Expansion& expansion)
    : expansion_(&expansion), indices_(expansion.axes_.size()) {
  for (const std::string& file : expansion.files_)
    point_.push_back({file, {}});
  for (std::size_t i = 0; i < expansion.axes_.size(); ++i) {
    point_[expansion.axes_[i].file].overrides.emplace_back();
    write(i);
  }
}

void Expansion::Cursor::write(std::size_t index) {
  const Axis& axis = expansion_->axes_[index];
  std::string& text = point_[axis.file].overrides[axis.slot];
  if (!axis.range) {
    text = axis.texts[indices_[index]];
    return;
  }
  text = axis.prefix;
  axis.range->append(text, indices_[index]);
}

bool Expansion::Cursor::advance() {
  for (std::size_t i = indices_.size(); i-- > 0;) {
    const std::uint64_t size = expansion_->axes_[i].size();
    if (size == 1) continue;
    const bool wraps = ++indices_[i] == size;
    if (wraps) indices_[i] = 0;
    write(i);
    if (!wraps) return true;
  }
  return false;
}

}  // namespace expcore::params
