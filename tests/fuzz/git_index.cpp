// Git's index: whatever is read can be asked anything, and with an entry more it is read again.
#include "fuzz.hpp"
#include "git/index_edit.hpp"
#include "git/index_file.hpp"

using namespace expcore;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::expect_answer([&] {
    const auto index = git::IndexFile::parse(std::string(fuzz::text_of(data, size)), 0);
    if (!index) return;
    const std::string nowhere = "/nonexistent";
    for (const auto& entry : index->entries())
      index->has(entry.path);
    fuzz::require(index->suspects(nowhere).size() == index->entries().size());
    index->noted_tree("", index->entries().size());
    index->count_unknown(index->folders());
    if (!git::is_editable(*index)) return;
    const std::string edited =
        git::edit_index(*index, {{"m/new", 0100644, std::string(40, 'a')}}, nowhere);
    const auto again = git::IndexFile::parse(edited, 0);
    fuzz::require(again && again->is_undamaged());
    fuzz::require(again->entries().size() - index->entries().size() <= 1);
  });
  return 0;
}
