#include "exp/git_remote.hpp"

#include <algorithm>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "fs/scratch.hpp"
#include "run/process.hpp"

namespace expcore::exp {
namespace {

/// What arguments of one command may take together: Linux gives 2 MB, the environment included.
constexpr std::size_t argument_bytes = 1U << 20U;

/// Splits a list so that the arguments of each piece fit.
template <typename T, typename Size>
std::vector<std::vector<T>> pieces_of(const std::vector<T>& list, Size&& size) {
  std::vector<std::vector<T>> pieces;
  std::size_t bytes = argument_bytes;
  for (const auto& item : list) {
    const std::size_t more = size(item) + 16;
    if (bytes + more > argument_bytes) {
      pieces.emplace_back();
      bytes = 0;
    }
    bytes += more;
    pieces.back().push_back(item);
  }
  return pieces;
}

bool has_any(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

}  // namespace

GitRemote::Output GitRemote::git(std::vector<std::string> arguments,
                                 const std::string& git_dir) const {
  run::Command command;
  command.argv = std::move(arguments);
  command.argv.insert(command.argv.begin(), "git");
  command.directory = workspace_.directory;
  command.environment = workspace_.environment;
  command.environment["LC_ALL"] = "C";                      // its words are read
  command.environment.emplace("GIT_TERMINAL_PROMPT", "0");  // nobody is asked from a library
  for (const char* place : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"})
    command.environment.erase(place);
  if (!git_dir.empty()) {
    command.environment["GIT_DIR"] = git_dir;
    command.environment["GIT_WORK_TREE"] = workspace_.repo.workdir();
  }
  Output output;
  run::Limits limits;
  limits.cancel = cancel_;
  const auto status = run::run_command(
      command,
      [&](int stream, std::string_view bytes) {
        (stream == 1 ? output.out : output.errors).append(bytes);
      },
      limits);
  output.code = status.code;
  return output;
}

void GitRemote::fail(const Output& output) const {
  const std::string text(trim(output.errors));
  if (has_any(text, {"Authentication failed", "could not read Username", "could not read Password",
                     "Permission denied (publickey"})) {
    throw Error(Errc::git, fmt::format("Authentication failed for: '{}'\nSee "
                                       "https://dvc.org/doc/user-guide/troubleshooting#git-auth",
                                       remote_));
  }
  if (has_any(text, {"does not appear to be a git repository", "not a git repository",
                     "Could not resolve host", "not found", "does not exist"})) {
    throw Error(Errc::not_found, fmt::format("'{}' is not a valid Git remote or URL", remote_));
  }
  throw Error(Errc::git, "unexpected error - " + text);
}

std::vector<ExpRef> GitRemote::experiments() const {
  const Output listed = git({"ls-remote", "--refs", "--", remote_, "refs/exps/*"});
  if (listed.code != 0) fail(listed);
  std::vector<ExpRef> refs;
  for (const auto line : split(listed.out, '\n')) {
    if (line.size() < 42 || line[40] != '\t') continue;
    git::RefEntry entry;
    entry.target = line.substr(0, 40);
    entry.name = line.substr(41);
    auto ref = git::is_valid_refname(entry.name) ? parse_ref(std::move(entry)) : std::nullopt;
    if (ref) refs.push_back(std::move(*ref));
  }
  std::sort(refs.begin(), refs.end(),
            [](const ExpRef& a, const ExpRef& b) { return a.refname() < b.refname(); });
  return refs;
}

namespace {

std::vector<std::string> push_command() {
  return {"push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no"};
}

}  // namespace

void GitRemote::take_refused(const Output& pushed, std::vector<std::string>& refused) const {
  bool told = false;
  for (const auto line : split(pushed.out, '\n')) {
    const auto parts = split(line, '\t');
    if (parts.size() < 3 || parts[0] != "!") continue;
    const std::string ref(parts[1].substr(parts[1].find(':') + 1));
    if (!parts[2].starts_with("[rejected]")) {
      throw Error(Errc::git, fmt::format("unexpected error - Git failed to push '{}' to '{}': {}",
                                         ref, remote_, parts[2]));
    }
    refused.push_back(ref);
    told = true;
  }
  if (pushed.code != 0 && !told) fail(pushed);
}

void GitRemote::create(std::vector<Change> changes, std::vector<std::string>& refused) const {
  fs::Scratch scratch(fs::join(workspace_.tmp_dir, "expcore/push"));
  const auto lender = git::Repo::init_borrowing(scratch.folder(), *workspace_.repo);
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.ref < b.ref; });
  std::string packed = "# pack-refs with: sorted \n";
  for (const auto& change : changes)
    packed += fmt::format("{} {}\n", change.commit, change.ref);
  fs::write_atomic(fs::join(lender.common_dir(), "packed-refs"), packed);
  auto arguments = push_command();
  arguments.insert(arguments.end(), {"--", remote_, "refs/exps/*:refs/exps/*"});
  take_refused(git(std::move(arguments), lender.git_dir()), refused);
}

std::vector<std::string> GitRemote::change(const std::vector<Change>& changes) const {
  constexpr std::size_t many = 50;
  std::vector<std::string> refused;
  std::vector<Change> others = changes;
  const auto created = std::partition(others.begin(), others.end(), [](const Change& change) {
    return change.commit.empty() || !change.expected.empty();
  });
  if (static_cast<std::size_t>(others.end() - created) >= many) {
    create({created, others.end()}, refused);
    others.erase(created, others.end());
  }
  const auto size = [](const Change& change) { return 3 * change.ref.size() + 120; };
  for (const auto& piece : pieces_of(others, size)) {
    auto arguments = push_command();
    for (const auto& change : piece)
      arguments.push_back(fmt::format("--force-with-lease={}:{}", change.ref, change.expected));
    arguments.emplace_back("--");
    arguments.push_back(remote_);
    for (const auto& change : piece)
      arguments.push_back(fmt::format("{}:{}", change.commit, change.ref));
    take_refused(git(std::move(arguments)), refused);
  }
  return refused;
}

void GitRemote::fetch(const std::vector<std::string>& refs) const {
  for (auto& piece : pieces_of(refs, [](const std::string& ref) { return ref.size(); })) {
    std::vector<std::string> arguments = {
        "fetch",     "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
        "--refmap=", "--",      remote_};
    for (auto& ref : piece)
      arguments.push_back(std::move(ref));
    const Output fetched = git(std::move(arguments));
    if (fetched.code != 0) fail(fetched);
  }
}

}  // namespace expcore::exp
