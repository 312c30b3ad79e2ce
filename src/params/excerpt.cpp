#include "params/excerpt.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "params/outline.hpp"

namespace expcore::params {
namespace {

/// Which members of a mapping are needed: whole ones, and ones of which only members are.
struct Pick {
  bool whole = false;
  bool adds = false;     ///< A key that is not there yet: it goes behind the last one.
  bool removes = false;  ///< Then one has to stay, else the mapping would be an empty one.
  std::map<std::uint32_t, Pick> below;
};

class Picker {
 public:
  explicit Picker(const Outline& outline) : outline_(outline) {}

  void add(const Override& override) {
    Pick* pick = &root_;
    std::uint32_t map = Outline::root;
    const auto parts = split(override.key.key, '.');
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::uint32_t found = outline_.find(map, parts[i]);
      if (found == Outline::none) {
        pick->adds = true;
        pick->below[outline_.last(map)].whole = true;
        return;
      }
      Pick& next = pick->below[found];
      map = outline_.member(found).child;
      if (i + 1 == parts.size() || map == Outline::none) {
        next.whole = true;
        pick->removes = pick->removes || override.kind == OverrideKind::remove;
        return;
      }
      pick = &next;
    }
  }

  /// The kept pieces of the text, in order; empty when that is all of it.
  std::vector<std::pair<std::size_t, std::size_t>> pieces() {
    keep_survivors(root_, Outline::root);
    if (root_.whole) return {};
    keep(0, outline_.member(outline_.first(Outline::root)).begin);
    collect(root_);
    return std::move(pieces_);
  }

 private:
  void keep_survivors(Pick& pick, std::uint32_t map) {
    if (pick.removes && pick.adds) pick.whole = true;
    if (pick.whole) return;
    if (pick.removes) {
      std::uint32_t shortest = Outline::none;
      for (std::uint32_t i = outline_.first(map); i != Outline::none; i = outline_.member(i).next) {
        if (pick.below.count(i) == 0 && (shortest == Outline::none || size(i) < size(shortest))) {
          shortest = i;
        }
      }
      if (shortest != Outline::none) pick.below[shortest].whole = true;
    }
    for (auto& [index, next] : pick.below) {
      if (!next.whole) keep_survivors(next, outline_.member(index).child);
    }
  }

  std::size_t size(std::uint32_t index) const {
    return outline_.member(index).end - outline_.member(index).begin;
  }

  void collect(const Pick& pick) {
    for (const auto& [index, next] : pick.below) {
      const Outline::Member& member = outline_.member(index);
      if (next.whole) {
        keep(member.begin, member.end);
      } else {
        keep(member.begin, outline_.member(outline_.first(member.child)).begin);
        collect(next);
      }
    }
  }

  void keep(std::size_t begin, std::size_t end) {
    if (!pieces_.empty() && pieces_.back().second == begin) {
      pieces_.back().second = end;
    } else {
      pieces_.emplace_back(begin, end);
    }
  }

  const Outline& outline_;
  Pick root_;
  std::vector<std::pair<std::size_t, std::size_t>> pieces_;
};

}  // namespace

std::optional<Excerpt> Excerpt::of(std::string_view text, const std::vector<Override>& overrides) {
  const auto outline = Outline::read(text);
  if (!outline) return std::nullopt;
  Picker picker(*outline);
  for (const Override& override : overrides)
    picker.add(override);
  const auto pieces = picker.pieces();
  if (pieces.empty()) return std::nullopt;
  Excerpt excerpt;
  std::size_t behind = 0;
  for (const auto& [begin, end] : pieces) {
    if (begin > behind)
      excerpt.gaps_.push_back({excerpt.text_.size(), text.substr(behind, begin - behind)});
    excerpt.text_ += text.substr(begin, end - begin);
    behind = end;
  }
  if (behind < text.size()) excerpt.gaps_.push_back({excerpt.text_.size(), text.substr(behind)});
  return excerpt;
}

bool Excerpt::replace(std::size_t begin, std::size_t end, std::string_view by) {
  const auto is_hit = [&](const Gap& gap) {
    return begin == end ? gap.at == begin : gap.at > begin && gap.at < end;
  };
  if (std::any_of(gaps_.begin(), gaps_.end(), is_hit)) return false;
  for (Gap& gap : gaps_) {
    if (gap.at >= end && end > begin)
      gap.at = gap.at - end + begin + by.size();
    else if (gap.at > end)
      gap.at += by.size();
  }
  text_.replace(begin, end - begin, by);
  return true;
}

bool Excerpt::fits() const {
  return std::all_of(gaps_.begin(), gaps_.end(), [&](const Gap& gap) {
    if (gap.at > 0 && text_[gap.at - 1] != '\n') return false;
    const std::size_t next = text_.find_first_not_of(' ', gap.at);
    return gap.at == text_.size() ||
           (next != std::string::npos && text_[next] != '\n' && text_[next] != '#');
  });
}

std::string Excerpt::whole() const {
  std::string result;
  std::size_t size = text_.size();
  for (const Gap& gap : gaps_)
    size += gap.text.size();
  result.reserve(size);
  std::size_t behind = 0;
  for (const Gap& gap : gaps_) {
    result.append(text_, behind, gap.at - behind).append(gap.text);
    behind = gap.at;
  }
  return result.append(text_, behind);
}

}  // namespace expcore::params
