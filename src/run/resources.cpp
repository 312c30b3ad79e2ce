#include "run/resources.hpp"

#include <algorithm>
#include <sched.h>
#include <string_view>
#include <thread>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "yaml/reader.hpp"

namespace expcore::run {
namespace {

double usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return std::max(1U, std::thread::hardware_concurrency());
}

std::int64_t physical_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? std::int64_t{pages} * page : 0;
}

/// CUDA stops at the first id it does not know, and "-1" hides everything.
std::vector<std::string> visible_gpus(std::string_view list) {
  std::vector<std::string> ids;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string id(trim(list.substr(0, comma)));
    if (id.empty() || id == "-1") break;
    ids.push_back(id);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return ids;
}

/// The file's members are checked as a stage's request is: both speak of the same things.
void read_resources(const yaml::Value& resources, Capacity& capacity) {
  if (!resources.is_map()) throw Error(Errc::invalid_argument, "resources: expected a mapping");
  yaml::Map amounts;
  for (const auto& [key, value] : resources.map()) {
    const std::string name = python_str(key);
    if (name == "gpus" && value.is_list()) {
      capacity.gpus.clear();
      for (const auto& id : value.list())
        capacity.gpus.push_back(python_str(id));
    } else if (name == "cpus" || name == "memory" || name == "tokens") {
      amounts.append(name, value);
    } else {
      throw Error(
          Errc::invalid_argument,
          fmt::format("resources.{}: cpus, memory, tokens and a list of gpus are known", name));
    }
  }
  const Request read = parse_request_members(amounts, "resources");
  if (resources.find("cpus") != nullptr) capacity.cpus = read.cpus;
  if (resources.find("memory") != nullptr) capacity.memory = read.memory;
  capacity.tokens = read.tokens;
}

}  // namespace

Capacity Capacity::of_machine(const std::map<std::string, std::string>& environment,
                              const std::string& driver_dir) {
  Capacity capacity;
  capacity.cpus = usable_cpus();
  capacity.memory = physical_memory();
  const auto visible = environment.find("CUDA_VISIBLE_DEVICES");
  if (visible != environment.end()) {
    capacity.gpus = visible_gpus(visible->second);
  } else if (fs::is_directory(driver_dir)) {
    const std::size_t count = fs::list_directory(driver_dir).size();
    for (std::size_t i = 0; i < count; ++i)
      capacity.gpus.push_back(std::to_string(i));
  }
  return capacity;
}

Capacity Capacity::of_project(const std::string& dvc_dir,
                              const std::map<std::string, std::string>& environment) {
  Capacity capacity = of_machine(environment);
  const std::string file = fs::join(dvc_dir, "expcore.yaml");
  const auto text = fs::read_file_if_exists(file);
  if (!text) return capacity;
  try {
    const yaml::Value document = yaml::parse_yaml(*text);
    const yaml::Value* resources = document.find("resources");
    if (resources != nullptr && !resources->is_null()) read_resources(*resources, capacity);
  } catch (Error& error) {
    error.add_context(fmt::format("'{}' is invalid", file));
    throw;
  }
  return capacity;
}

std::string ResourcePool::refusal(const Request& request) const {
  if (request.cpus > capacity_.cpus) {
    return fmt::format("asks for {} cpus, {} there", request.cpus, capacity_.cpus);
  }
  if (request.memory > capacity_.memory) {
    return fmt::format("asks for {} bytes of memory, {} there", request.memory, capacity_.memory);
  }
  if (static_cast<std::size_t>(request.gpus) > capacity_.gpus.size()) {
    return fmt::format("asks for {} gpus, {} there", request.gpus, capacity_.gpus.size());
  }
  for (const auto& [name, count] : request.tokens) {
    const auto found = capacity_.tokens.find(name);
    const std::int64_t there = found == capacity_.tokens.end() ? 0 : found->second;
    if (count > there) {
      return fmt::format("asks for {} of the token '{}', {} there", count, name, there);
    }
  }
  return {};
}

std::optional<Grant> ResourcePool::try_take(const Request& request) {
  // Sums of shares such as 0.1 must still fill a whole.
  constexpr double rounding = 1e-9;
  if (used_cpus_ + request.cpus > capacity_.cpus + rounding) return std::nullopt;
  if (used_memory_ + request.memory > capacity_.memory) return std::nullopt;
  if (static_cast<std::size_t>(request.gpus) > free_gpus_.size()) return std::nullopt;
  for (const auto& [name, count] : request.tokens) {
    if (used_tokens_[name] + count > capacity_.tokens[name]) return std::nullopt;
  }
  for (const auto& name : request.mutexes) {
    if (held_mutexes_.contains(name)) return std::nullopt;
  }
  Grant grant{request, {}};
  used_cpus_ += request.cpus;
  used_memory_ += request.memory;
  for (const auto& id : capacity_.gpus) {
    if (grant.gpus.size() == static_cast<std::size_t>(request.gpus)) break;
    if (free_gpus_.erase(id) > 0) grant.gpus.push_back(id);
  }
  for (const auto& [name, count] : request.tokens)
    used_tokens_[name] += count;
  held_mutexes_.insert(request.mutexes.begin(), request.mutexes.end());
  return grant;
}

void ResourcePool::give_back(const Grant& grant) {
  used_cpus_ -= grant.request.cpus;
  used_memory_ -= grant.request.memory;
  free_gpus_.insert(grant.gpus.begin(), grant.gpus.end());
  for (const auto& [name, count] : grant.request.tokens)
    used_tokens_[name] -= count;
  for (const auto& name : grant.request.mutexes)
    held_mutexes_.erase(name);
}

}  // namespace expcore::run
