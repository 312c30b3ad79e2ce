#include "pipeline/lock_file.hpp"

#include <utility>

#include "pipeline/schema.hpp"

namespace expcore::pipeline {

LockEntries parse_lock(std::string_view text, const std::string& shown, std::string_view revision) {
  LockEntries entries;
  const yaml::Value document = read_document(text, Schema::lock, shown, revision);
  const yaml::Value* stages = document.find("stages");
  if (stages == nullptr) return entries;
  entries.reserve(stages->map().size());
  for (const auto& [name, entry] : stages->map()) {
    entries.emplace(name.string(), LockEntry::from_value(entry));
  }
  return entries;
}

const LockEntry* LockFile::entry(std::string_view stage) const {
  const auto found = entries_.find(std::string(stage));
  return found == entries_.end() ? nullptr : &found->second;
}

LockFile::Change LockFile::set(const std::string& stage, LockEntry entry, std::size_t rank) {
  const yaml::Value value = entry.to_value();
  const auto former = entries_.find(stage);
  const bool same = former != entries_.end() && python_equal(former->second.to_value(), value);
  const Change change = same ? Change::none : exists_ ? Change::updated : Change::created;
  const bool is_rewritten = !document_ || !exists_ || former != entries_.end();
  if (!document_) document_.emplace(text_);
  if (!exists_) document_->set({"schema"}, "2.0");
  exists_ = true;
  const auto later = added_.upper_bound(rank);
  document_->set({"stages", stage}, value, later == added_.end() ? "" : later->second);
  appended_.reset();
  if (!is_rewritten) appended_ = document_->last_stage(stage);
  if (former == entries_.end()) added_.emplace(rank, stage);
  entries_.insert_or_assign(stage, std::move(entry));
  return change;
}

std::string LockFile::text() const { return document_ ? document_->text() : text_; }

}  // namespace expcore::pipeline
