#include "data/changes.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "fs/path.hpp"

namespace expcore::data {
namespace {

bool has_hash(const Entry* entry) { return entry != nullptr && !entry->id.empty(); }

ChangeKind kind_of(const Entry* old, const Entry* now, Compare what) {
  const bool was = what == Compare::hashes ? has_hash(old) : old != nullptr;
  const bool is = what == Compare::hashes ? has_hash(now) : now != nullptr;
  if (!was && !is) return ChangeKind::unchanged;
  if (!was) return ChangeKind::added;
  if (!is) return ChangeKind::deleted;
  const bool same_kind = what == Compare::hashes || old->is_directory == now->is_directory;
  return old->id == now->id && same_kind ? ChangeKind::unchanged : ChangeKind::modified;
}

bool is_left_out(const Change& change, Compare what) {
  if (what == Compare::hashes) {
    return change.kind == ChangeKind::unchanged && !has_hash(change.old) && !has_hash(change.now);
  }
  const auto is_bare_folder = [](const Entry* entry) {
    return entry != nullptr && entry->is_directory && entry->id.empty();
  };
  return is_bare_folder(change.old) || is_bare_folder(change.now);
}

bool is_in_lost(const Snapshot& snapshot, const std::string& path) {
  return std::any_of(snapshot.lost.begin(), snapshot.lost.end(), [&](const auto& folder) {
    return path != folder && fs::is_within(path, folder);
  });
}

/// Pairs what was added with what was deleted.
void find_renames(std::vector<Change>& changes) {
  std::map<std::pair<hash::FileHash, std::string>, std::deque<std::size_t>> gone;
  const auto key = [](const Entry& entry) { return std::pair(entry.id.kind, entry.id.hex); };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].kind == ChangeKind::deleted && has_hash(changes[i].old)) {
      gone[key(*changes[i].old)].push_back(i);
    }
  }
  if (gone.empty()) return;
  std::vector<bool> is_taken(changes.size());
  for (auto& change : changes) {
    if (change.kind != ChangeKind::added || !has_hash(change.now)) continue;
    const auto found = gone.find(key(*change.now));
    if (found == gone.end() || found->second.empty()) continue;
    const std::size_t from = found->second.front();
    found->second.pop_front();
    is_taken[from] = true;
    change.kind = ChangeKind::renamed;
    change.old = changes[from].old;
    change.old_path = changes[from].path;
  }
  std::vector<Change> rest;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!is_taken[i]) rest.push_back(std::move(changes[i]));
  }
  changes = std::move(rest);
}

std::string shown(const std::string& path, const Entry& entry) {
  return entry.is_directory ? path + "/" : path;
}

}  // namespace

std::string Change::shown() const { return data::shown(path, now != nullptr ? *now : *old); }
std::string Change::shown_old() const { return data::shown(old_path, *old); }

std::vector<Change> compare(const Snapshot& old, const Snapshot& now, Compare what) {
  std::vector<Change> changes;
  const auto add = [&](const std::string& path, const Entry* was, const Entry* is) {
    Change change{kind_of(was, is, what), path, path, was, is};
    if (is_in_lost(old, path) || is_in_lost(now, path)) change.kind = ChangeKind::unknown;
    if (!is_left_out(change, what)) changes.push_back(std::move(change));
  };
  const ByParts less;
  auto left = old.entries.begin();
  auto right = now.entries.begin();
  while (left != old.entries.end() || right != now.entries.end()) {
    if (right == now.entries.end() ||
        (left != old.entries.end() && less(left->first, right->first))) {
      add(left->first, &left->second, nullptr);
      ++left;
    } else if (left == old.entries.end() || less(right->first, left->first)) {
      add(right->first, nullptr, &right->second);
      ++right;
    } else {
      add(left->first, &left->second, &right->second);
      ++left;
      ++right;
    }
  }
  find_renames(changes);
  return changes;
}

}  // namespace expcore::data
