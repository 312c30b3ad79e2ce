// A dvc.lock: what was read can be set and written, and reads back as what was set, with every
// other entry as it was.
#include "pipeline/lock_file.hpp"

#include "fuzz.hpp"

using namespace expcore::pipeline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  fuzz::expect_answer([&] {
    const LockEntries before = parse_lock(text, "./dvc.lock");
    LockFile lock(text, before);
    LockEntry entry;
    entry.command = "new command";
    lock.set("new stage", entry, 0);
    const LockEntries after = parse_lock(lock.text(), "./dvc.lock");
    fuzz::require(after.contains("new stage"));
    fuzz::require(after.size() == before.size() + (before.contains("new stage") ? 0 : 1));
    for (const auto& [name, old] : before) {
      if (name == "new stage") continue;
      const auto found = after.find(name);
      fuzz::require(found != after.end());
      // NaN differs from itself: compare what is written.
      fuzz::require(python_repr(found->second.to_value()) == python_repr(old.to_value()));
    }
  });
  return 0;
}
