// Hydra composition. The input is a tree of configs in one text: a line "=== name" begins the file
// `name`.yaml, lines before the first are overrides. Composing twice gives the same.
#include <filesystem>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "fuzz.hpp"
#include "hydra/compose.hpp"
#include "yaml/writer.hpp"

namespace {

using namespace expcore;

/// A folder for the configs, gone when the process ends.
class Folder {
 public:
  Folder()
      : path_(fs::make_temp_directory(std::filesystem::temp_directory_path().string(), "fuzz-")) {}
  ~Folder() { fs::remove_tree(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// An empty folder, once more.
  std::string fresh() {
    const std::string configs = fs::join(path_, "conf");
    fs::remove_tree(configs);
    fs::make_directories(configs);
    return configs;
  }

 private:
  std::string path_;
};

/// Small letters, digits, '_' and '/' that stay in the folder; "" for other names.
std::string file_name(std::string_view name) {
  const bool plain =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_/") == std::string_view::npos;
  if (name.empty() || name.size() > 40 || !plain || name.starts_with('/')) return "";
  return name.find("//") == std::string_view::npos && !name.ends_with('/')
             ? std::string(name) + ".yaml"
             : "";
}

void write(const std::string& folder, const std::string& name, const std::string& text) {
  if (name.empty()) return;
  const std::string path = fs::join(folder, name);
  fs::make_directories(fs::parent(path));
  fs::append(path, text);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Folder folder;  // NOLINT: one for the process
  constexpr std::string_view mark = "=== ";
  hydra::ComposeOptions options;
  options.config_dir = folder.fresh();
  options.environment = {{"HOME", "/home/user"}, {"NUM", "17"}};
  options.limits = {5000, 1000, 100'000};
  bool in_file = false;
  std::string name;
  std::string text;
  std::size_t count = 0;
  for (const auto line : split(fuzz::text_of(data, size), '\n')) {
    if (line.starts_with(mark)) {
      if (++count > 20) return 0;
      write(options.config_dir, name, text);
      name = file_name(line.substr(mark.size()));
      text.clear();
      in_file = true;
    } else if (in_file) {
      text.append(line).push_back('\n');
    } else if (!line.empty()) {
      options.overrides.emplace_back(line);
    }
  }
  write(options.config_dir, name, text);
  fuzz::expect_answer([&] {
    const auto written = hydra::compose(options);
    // What JSON cannot hold is an Error.
    fuzz::require(yaml::dump_json(written.config) ==
                  yaml::dump_json(hydra::compose(options).config));
  });
  fuzz::expect_answer([&] {
    options.resolve = false;
    hydra::compose(options);
  });
  return 0;
}
