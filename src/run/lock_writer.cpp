#include "run/lock_writer.hpp"

#include <utility>

#include <expcore/error.hpp>

#include "fs/file.hpp"

namespace expcore::run {

using pipeline::LockFile;
using pipeline::Stage;

namespace {

/// How long a file may grow by appending before it is replaced whole.
constexpr std::chrono::seconds longest_burst(1);

}  // namespace

LockWriter::~LockWriter() {
  try {
    finish();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): they hold every entry
  }
}

LockFile::Change LockWriter::set(const Stage& stage, pipeline::LockEntry entry, std::size_t rank) {
  const std::string path = stage.lock_file();
  LockFile& lock = index_.current_lock_of(stage);
  const auto change = lock.set(stage.name, std::move(entry), rank);
  auto found = files_.find(path);
  const bool is_first = found == files_.end();
  if (is_first) found = files_.emplace(path, File{stage, {}, false}).first;
  File& file = found->second;
  const auto* tail = lock.appended();
  if (tail == nullptr || is_first || Clock::now() - file.replaced > longest_burst) {
    replace(file);
  } else {
    fs::append_whole(path, *tail);
    file.is_appended = true;
    index_.lock_written(stage);
  }
  return change;
}

void LockWriter::replace(File& file) {
  const std::string path = file.stage.lock_file();
  fs::write_atomic(path, index_.lock_of(file.stage).text(), fs::Durability::full);
  index_.lock_written(file.stage);
  file.replaced = Clock::now();
  file.is_appended = false;
}

void LockWriter::finish() {
  for (auto& [path, file] : files_) {
    if (!file.is_appended) continue;
    index_.current_lock_of(file.stage);
    replace(file);
  }
}

}  // namespace expcore::run
