#include "pipeline/compiled.hpp"

#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include <expcore/error.hpp>

#include "base/binary.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "hash/fingerprint.hpp"
#include "pipeline/encoding.hpp"

namespace expcore::pipeline {
namespace {

/// Changes with everything that makes old files unreadable or their content different.
constexpr std::string_view format = "expcore compiled 1";
constexpr std::size_t worth_compiling = 4096;  // bytes of YAML

/// What a parser asked of its surroundings, and the answer.
struct Lookup {
  std::string path;
  bool is_folder_question = false;
  std::string answer;  ///< A fingerprint, "missing", "folder" or "no folder".
};

std::string answer_of(const std::optional<std::string>& bytes) {
  return bytes ? hash::fingerprint(*bytes).hex() : "missing";
}

std::string answer_of(bool is_folder) { return is_folder ? "folder" : "no folder"; }

/// Writes down what is looked up through a context.
class Recorder {
 public:
  explicit Recorder(const LoadContext& context) : context_(context) {
    recording = context;
    recording.read = [this](const std::string& path) {
      auto bytes = context_.read(path);
      lookups.push_back({path, false, answer_of(bytes)});
      return bytes;
    };
    recording.is_directory = [this](const std::string& path) {
      const bool is_folder = context_.is_directory(path);
      lookups.push_back({path, true, answer_of(is_folder)});
      return is_folder;
    };
    recording.on_warning = [this](const std::string& text) {
      warned = true;
      if (context_.on_warning) context_.on_warning(text);
    };
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  LoadContext recording;
  std::vector<Lookup> lookups;
  bool warned = false;

 private:
  const LoadContext& context_;
};

/// Everything but files that decides what a pipeline file means.
std::string key_of(std::string_view text, const std::string& path, const LoadContext& context) {
  BinaryWriter key;
  key.text(format);
  key.text(path);
  key.text(context.root);
  key.text(context.directory);
  key.number(static_cast<std::uint64_t>(context.templating.bool_style));
  key.number(static_cast<std::uint64_t>(context.templating.list_style));
  key.text(hash::fingerprint(text).hex());
  return key.bytes();
}

std::string key_of(std::string_view lock_text) {
  BinaryWriter key;
  key.text(format);
  key.text(hash::fingerprint(lock_text).hex());
  return key.bytes();
}

/// Key and payload, with a fingerprint of the payload between them.
std::string pack(const std::string& key, const std::string& payload) {
  BinaryWriter file;
  file.text(key);
  file.text(hash::fingerprint(payload).hex());
  return file.bytes() + payload;
}

/// The payload of a file that was packed with `key` and is whole.
std::optional<BinaryReader> unpack(std::string_view bytes, const std::string& key) {
  BinaryReader file(bytes);
  if (file.view() != key) return std::nullopt;
  const auto fingerprint = file.view();
  if (fingerprint != hash::fingerprint(file.rest()).hex()) return std::nullopt;
  return BinaryReader(file.rest());
}

void write_lookups(BinaryWriter& out, const std::vector<Lookup>& lookups) {
  out.number(lookups.size());
  for (const auto& lookup : lookups) {
    out.text(lookup.path);
    out.flag(lookup.is_folder_question);
    out.text(lookup.answer);
  }
}

/// Reads the answers and whether they are still the same.
bool same_answers(BinaryReader& in, const LoadContext& context) {
  const std::size_t count = in.count();
  std::map<std::pair<std::string, bool>, std::string> now;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string path = in.text();
    const bool is_folder_question = in.flag();
    const auto [found, is_new] = now.try_emplace({path, is_folder_question});
    if (is_new) {
      found->second = is_folder_question ? answer_of(context.is_directory(path))
                                         : answer_of(context.read(path));
    }
    if (in.view() != found->second) return false;
  }
  return true;
}

}  // namespace

std::string CompiledFiles::file_of(const std::string& path) const {
  return fs::join(folder_, hash::fingerprint(path).hex());
}

void CompiledFiles::store(const std::string& file, std::string bytes) const {
  try {
    fs::make_directories(folder_);
    fs::write_atomic(file, bytes);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): only a cache, perhaps read-only
  }
}

PipelineFile CompiledFiles::pipeline(std::string_view text, const std::string& path,
                                     const LoadContext& context) const {
  if (text.size() < worth_compiling) return parse_pipeline(text, path, context);
  const std::string file = file_of(path);
  const std::string key = key_of(text, path, context);
  try {
    if (const auto bytes = fs::read_file_if_exists(file)) {
      auto payload = unpack(*bytes, key);
      if (payload && same_answers(*payload, context)) return read_pipeline(*payload);
    }
  } catch (const std::out_of_range&) {  // NOLINT(bugprone-empty-catch): damaged, made anew
  }
  Recorder recorder(context);
  PipelineFile parsed = parse_pipeline(text, path, recorder.recording);
  // A warning is to be heard each time.
  if (recorder.warned) return parsed;
  BinaryWriter payload;
  write_lookups(payload, recorder.lookups);
  write_pipeline(payload, parsed);
  store(file, pack(key, payload.bytes()));
  return parsed;
}

LockEntries CompiledFiles::lock(std::string_view text, const std::string& path,
                                const std::function<LockEntries()>& parse) const {
  if (text.size() < worth_compiling) return parse();
  const std::string file = file_of(path);
  const std::string key = key_of(text);
  try {
    if (const auto bytes = fs::read_file_if_exists(file)) {
      if (auto payload = unpack(*bytes, key)) return read_lock_entries(*payload);
    }
  } catch (const std::out_of_range&) {  // NOLINT(bugprone-empty-catch): damaged, made anew
  }
  LockEntries entries = parse();
  BinaryWriter payload;
  write_lock_entries(payload, entries);
  store(file, pack(key, payload.bytes()));
  return entries;
}

}  // namespace expcore::pipeline
