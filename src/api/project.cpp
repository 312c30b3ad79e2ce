#include <unistd.h>

#include <expcore/error.hpp>
#include <expcore/project.hpp>
#include <fmt/format.h>

#include "api/impl.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/repo.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace expcore {
namespace api {

Environment process_environment() {
  Environment result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    result.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

std::string absolute_directory(const std::filesystem::path& directory) {
  std::error_code error;
  const auto path = std::filesystem::absolute(directory, error);
  const std::string text = fs::normalize(path.string());
  if (error || !fs::is_directory(text)) {
    throw Error(Errc::not_found, fmt::format("[Errno 2] No such file or directory: '{}'", text));
  }
  return text;
}

}  // namespace api

namespace {

constexpr const char* dvcignore_text =
    "# Add patterns of files dvc should ignore, which could improve\n"
    "# the performance. Learn more at\n"
    "# https://dvc.org/doc/user-guide/dvcignore\n";

void check_repository(const std::string& directory, const InitOptions& options) {
  if (options.no_scm) return;
  bool is_root = false;
  bool is_inside = false;
  try {
    const auto repo = git::Repo::discover(directory);
    is_inside = true;
    is_root = repo.workdir() == fs::real_path(directory);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
  }
  if (is_root || (is_inside && options.subdir)) return;
  throw Error(
      Errc::not_a_project,
      fmt::format("{} is not tracked by any supported SCM tool (e.g. Git). Use `--no-scm` if "
                  "you don't want to use any SCM or `--subdir` if initializing inside a "
                  "subdirectory of a parent SCM repository.",
                  directory));
}

}  // namespace

Project::Project(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
Project::Project(Project&&) noexcept = default;
Project& Project::operator=(Project&&) noexcept = default;
Project::~Project() = default;

Project Project::open(const std::filesystem::path& directory,
                      std::optional<Environment> environment) {
  auto impl = std::make_shared<Impl>();
  impl->directory = api::absolute_directory(directory);
  impl->environment = environment ? std::move(*environment) : api::process_environment();
  impl->root = impl->open()->root;
  return Project(std::move(impl));
}

Project Project::init(const std::filesystem::path& directory, const InitOptions& options,
                      std::optional<Environment> environment) {
  if (options.no_scm && options.subdir) {
    throw Error(Errc::invalid_argument, "Cannot initialize repo with `--no-scm` and `--subdir`");
  }
  const std::string root = api::absolute_directory(directory);
  const std::string dvc_dir = fs::join(root, ".dvc");
  check_repository(root, options);
  if (fs::is_directory(dvc_dir)) {
    if (!options.force) throw Error(Errc::exists, "'.dvc' exists. Use `-f` to force.");
    fs::remove_tree(dvc_dir);
  }
  fs::make_directories(fs::join(dvc_dir, "tmp"));
  fs::append(fs::join(dvc_dir, "tmp/btime"), "");
  fs::write_atomic(fs::join(dvc_dir, "config"),
                   options.no_scm ? "[core]\n    no_scm = True\n" : "");
  const std::string ignore = fs::join(root, ".dvcignore");
  const bool new_ignore = !fs::exists(ignore);
  if (new_ignore) fs::write_atomic(ignore, dvcignore_text);
  if (!options.no_scm) {
    fs::write_atomic(fs::join(dvc_dir, ".gitignore"), "/config.local\n/tmp\n/cache\n");
    auto repo = git::Repo::discover(root);
    const std::string prefix = fs::relative(fs::real_path(root), repo.workdir());
    std::vector<std::string> paths = {".dvc/.gitignore", ".dvc/config"};
    if (new_ignore) paths.emplace_back(".dvcignore");
    if (prefix != ".") {
      for (auto& path : paths)
        path = fs::join(prefix, path);
    }
    repo.add_to_index(paths);
  }
  return open(root, std::move(environment));
}

std::filesystem::path Project::root() const { return impl_->root; }
std::filesystem::path Project::directory() const { return impl_->directory; }
Pipeline Project::pipeline() const { return Pipeline(*this); }
Experiments Project::experiments() const { return Experiments(*this); }
Data Project::data() const { return Data(*this); }
Metrics Project::metrics() const { return Metrics(*this); }
Params Project::params() const { return Params(*this); }
Plots Project::plots() const { return Plots(*this); }
Queue Project::queue() const { return Queue(*this); }

}  // namespace expcore
