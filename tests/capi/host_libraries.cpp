#include "host_libraries.h"

#include <cstddef>
#include <cstring>

#include <git2.h>
#include <yaml-cpp/yaml.h>

namespace {
constexpr std::size_t window = 7 << 20;
const char* const agent = "the host";
git_repository* own = nullptr;
}  // namespace

int host_begins(const char* repository) {
  return git_libgit2_init() > 0 && git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, window) == 0 &&
         git_libgit2_opts(GIT_OPT_SET_USER_AGENT, agent) == 0 &&
         git_repository_open(&own, repository) == 0;
}

int host_still_works() {
  std::size_t size = 0;
  git_buf text = {};
  git_oid head;
  git_libgit2_opts(GIT_OPT_GET_MWINDOW_SIZE, &size);
  git_libgit2_opts(GIT_OPT_GET_USER_AGENT, &text);
  const bool same = size == window && std::strcmp(text.ptr, agent) == 0;
  git_buf_dispose(&text);
  const YAML::Node node = YAML::Load("{a: [1, 2], b: &x y, c: *x}");
  return same && git_reference_name_to_id(&head, own, "HEAD") == 0 && node["a"][1].as<int>() == 2 &&
         node["c"].as<std::string>() == "y";
}

int host_ends() {
  git_repository_free(own);
  own = nullptr;
  return git_libgit2_shutdown() == 0;
}
