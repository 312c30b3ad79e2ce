#include <fmt/format.h>

#include "base/text.hpp"
#include "hydra/source.hpp"

namespace expcore::hydra {
namespace {

std::string_view without_slash(std::string_view path) {
  return path.starts_with('/') ? path.substr(1) : path;
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string joined(std::string_view first, std::string_view second, char separator) {
  if (first.empty()) return std::string(second);
  if (second.empty()) return std::string(first);
  return fmt::format("{}{}{}", first, separator, second);
}

}  // namespace

std::optional<std::string> Default::name() const {
  if (is_group) return value;
  return path.substr(path.rfind('/') + 1);
}

bool Default::is_interpolation() const {
  if (is_group) return !has_options && value && omegaconf::has_interpolation(*value);
  return omegaconf::has_interpolation(path);
}

std::string Default::group_path() const {
  const std::string_view plain = without_slash(path);
  const std::string_view group = is_group ? plain : folder_of(plain);
  return path.starts_with('/') ? std::string(group) : joined(base_dir, group, '/');
}

std::string Default::config_path() const {
  if (is_group) return group_path() + "/" + value.value_or("None");
  if (path.starts_with('/')) return path.substr(1);
  return base_dir.empty() ? path : base_dir + "/" + path;
}

std::string Default::default_package() const { return replace_all(group_path(), "/", "."); }

std::string Default::final_package(bool use_header) const {
  std::string own;
  if (package) {
    own = *package;
  } else if (use_header && package_header) {
    own = *package_header;
  } else {
    const std::string_view plain = without_slash(path);
    own = replace_all(is_group ? plain : folder_of(plain), "/", ".");
  }
  const std::string result = joined(parent_package, own, '.');
  constexpr std::string_view global = "_global_";
  const auto last = result.rfind(global);
  if (last == std::string::npos) return result;
  const auto after = last + global.size() + 1;
  return after < result.size() ? result.substr(after) : "";
}

std::string Default::override_key() const {
  const std::string final = final_package(false);
  const std::string group = group_path();
  if (default_package() == final) return group;
  return group + "@" + (final.empty() ? "_global_" : final);
}

void Default::set_parent(const std::string& folder, const std::string& package_of_parent) {
  base_dir = folder;
  parent_package = package_of_parent;
  if (package && package->find("_group_") != std::string::npos) {
    package = "_global_." + replace_all(*package, "_group_", default_package());
  }
}

}  // namespace expcore::hydra
