#include "cache/group.hpp"

#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::cache {

void need_folder(const std::string& folder, bool group_shared) {
  if (fs::is_directory(folder)) return;
  if (group_shared && fs::parent(folder) != folder) need_folder(fs::parent(folder), true);
  fs::make_directories(folder);
  if (group_shared) fs::chmod(folder, group_folder_mode);
}

}  // namespace expcore::cache
