#include "git/repo.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <pwd.h>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/convert.hpp"
#include "git/layout.hpp"
#include "git/packed_refs.hpp"
#include "git/plain_config.hpp"

namespace expcore::git {
namespace {

std::string without_slash(const char* path) {
  std::string text = path == nullptr ? "" : path;
  while (text.size() > 1 && text.back() == '/')
    text.pop_back();
  return text;
}

std::vector<Id> shallow_boundary(const std::string& common_dir) {
  const auto text = fs::read_file_if_exists(fs::join(common_dir, "shallow"));
  std::vector<Id> commits;
  if (text) {
    for (const auto line : split(*text, '\n'))
      if (!line.empty()) commits.emplace_back(line);
  }
  std::sort(commits.begin(), commits.end());
  return commits;
}

std::string variable(const std::map<std::string, std::string>& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// `user@host`, what DVC falls back to when nobody configured an identity.
std::pair<std::string, std::string> system_identity() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::array<char, 4096> texts{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(::getuid(), &entry, texts.data(), texts.size(), &found);
  const std::string user = found == nullptr ? "user" : found->pw_name;
  return {user, user + "@" + host.data()};
}

}  // namespace

Repo::Repo(Repository repo)
    : library_(std::in_place),
      repo_(std::move(repo)),
      workdir_(without_slash(git_repository_workdir(repo_.get()))),
      git_dir_(without_slash(git_repository_path(repo_.get()))),
      common_dir_(without_slash(git_repository_commondir(repo_.get()))),
      shallow_(shallow_boundary(common_dir_)),
      packed_(new PackedRefs(fs::join(common_dir_, "packed-refs"))) {}

Repo::Repo(Layout layout)
    : workdir_(std::move(layout.workdir)),
      git_dir_(std::move(layout.git_dir)),
      common_dir_(std::move(layout.common_dir)),
      is_plain_(true),
      shallow_(shallow_boundary(common_dir_)),
      packed_(new PackedRefs(fs::join(common_dir_, "packed-refs"))) {}

Repo::Repo(Repo&&) noexcept = default;
Repo& Repo::operator=(Repo&&) noexcept = default;
Repo::~Repo() = default;

namespace {

Repository open_repository(const std::string& inside) {
  // libgit2 reads every certificate of the system when it starts (10 ms): once per process, not
  // once per Repo. The count it keeps stays balanced at exit.
  static const Library kept;
  Repository repo;
  check(git_repository_open_ext(out(repo), inside.c_str(), 0, nullptr), "open the Git repository");
  if (git_repository_is_bare(repo.get()) != 0) {
    throw Error(Errc::not_found, fmt::format("'{}' is a bare Git repository", inside));
  }
  return repo;
}

}  // namespace

Repo Repo::discover(const std::string& inside) {
  if (auto layout = plain_layout(inside)) return Repo(std::move(*layout));
  return Repo(open_repository(inside));
}

git_repository* Repo::raw() const {
  if (!repo_) {
    repo_ = open_repository(workdir_);
    library_.emplace();
  }
  return repo_.get();
}

Repo Repo::init(const std::string& path, const std::string& branch) {
  const Library library;
  Repository repo;
  git_repository_init_options options{};
  git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
  options.flags = GIT_REPOSITORY_INIT_MKPATH;
  options.initial_head = branch.c_str();
  check(git_repository_init_ext(out(repo), path.c_str(), &options), "create a Git repository");
  return Repo(std::move(repo));
}

namespace {

/// Whether `name`, the part of a revision before its first operator, can name anything: a ref, an
/// object or its abbreviation, or what `git describe` prints. libgit2 before 1.6 keeps 20 KB for
/// good each time it looks whether a name looks like the latter and finds that it does not
/// (https://github.com/libgit2/libgit2/pull/6382), so a name that leads nowhere is not left to it.
bool may_lead_somewhere(git_repository* repo, const std::string& name) {
  Reference ref;
  if (git_reference_dwim(out(ref), repo, name.c_str()) == 0) return true;
  const auto is_digit = [](unsigned char c) { return std::isxdigit(c) != 0; };
  const auto hex = std::find_if_not(name.rbegin(), name.rend(), is_digit).base();
  if (hex != name.begin()) return std::string_view(name.begin(), hex).ends_with("-g");
  git_oid prefix{};
  if (git_oid_fromstrn(&prefix, name.c_str(), name.size()) != 0) return false;
  Object object;
  const int rc = git_object_lookup_prefix(out(object), repo, &prefix, name.size(), GIT_OBJECT_ANY);
  return rc == 0 || rc == GIT_EAMBIGUOUS;
}

}  // namespace

std::optional<Id> Repo::resolve_revision(const std::string& spec) const {
  // These lead to commits.
  const bool is_branch = spec.starts_with("refs/heads/") && is_valid_refname(spec);
  if (spec == "HEAD" || is_branch) return resolve_ref(spec);
  const auto name = spec.substr(0, std::min(spec.find_first_of("^~:"), spec.find("@{")));
  // libgit2 knows "@" only by itself.
  const std::string full = name == "@" ? "HEAD" + spec.substr(1) : spec;
  if (!name.empty() && name != "@" && !may_lead_somewhere(raw(), name)) return std::nullopt;
  Object object;
  const int rc = git_revparse_single(out(object), raw(), full.c_str());
  if (rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC) return std::nullopt;
  // Fewer than four digits are no abbreviation but may well be an experiment's name.
  if (rc == GIT_EAMBIGUOUS && spec.size() < 4) return std::nullopt;
  check(rc, fmt::format("resolve '{}'", spec));
  Object commit;
  if (git_object_peel(out(commit), object.get(), GIT_OBJECT_COMMIT) != 0) return std::nullopt;
  return to_id(*git_object_id(commit.get()));
}

std::optional<PlainConfig> Repo::plain_config() const {
  if (!is_plain_) return std::nullopt;
  return PlainConfig::read(git_dir_);
}

std::optional<std::string> Repo::config(const std::string& key) const {
  if (const auto plain = plain_config()) return plain->get(key);
  Config snapshot;
  check(git_repository_config_snapshot(out(snapshot), raw()), "read the Git configuration");
  const char* value = nullptr;
  const int rc = git_config_get_string(&value, snapshot.get(), key.c_str());
  if (rc == GIT_ENOTFOUND) return std::nullopt;
  check(rc, fmt::format("read {}", key));
  return value;
}

std::pair<Signature, Signature> Repo::identities(
    const std::map<std::string, std::string>& environment,
    std::chrono::system_clock::time_point now) const {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::time_t time = seconds;
  std::tm local{};
  ::localtime_r(&time, &local);
  const auto fallback = system_identity();
  const auto plain = plain_config();  // once for all of it
  const auto configured = [&](const char* key) { return plain ? plain->get(key) : config(key); };
  const auto make = [&](const char* name_variable, const char* mail_variable) {
    Signature signature;
    signature.name = variable(environment, name_variable);
    if (signature.name.empty()) signature.name = configured("user.name").value_or(fallback.first);
    signature.email = variable(environment, mail_variable);
    if (signature.email.empty())
      signature.email = configured("user.email").value_or(fallback.second);
    signature.seconds = seconds;
    signature.offset_minutes = static_cast<int>(local.tm_gmtoff / 60);
    return signature;
  };
  return {make("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"),
          make("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")};
}

}  // namespace expcore::git
