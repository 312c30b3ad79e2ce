#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "run/request.hpp"

namespace expcore::run {

/// What a machine has for stages to share.
struct Capacity {
  double cpus = 1;
  std::int64_t memory = 0;        ///< Bytes.
  std::vector<std::string> gpus;  ///< Ids as CUDA_VISIBLE_DEVICES spells them.
  std::map<std::string, std::int64_t> tokens;

  /// Of this machine: the processors this process may use, physical memory, and the GPUs that
  /// CUDA_VISIBLE_DEVICES names or, when it is not set, that the NVIDIA driver shows under
  /// `driver_dir`.
  static Capacity of_machine(const std::map<std::string, std::string>& environment,
                             const std::string& driver_dir = "/proc/driver/nvidia/gpus");

  /// of_machine(), with what `<dvc_dir>/expcore.yaml` says under `resources` in its place:
  /// `{cpus: 8, memory: 32GiB, gpus: ['0', '1'], tokens: {licence: 2}}`.
  /// Throws: Error{parse}, Error{invalid_argument} naming the file and the member.
  static Capacity of_project(const std::string& dvc_dir,
                             const std::map<std::string, std::string>& environment);
};

/// What a running stage holds.
struct Grant {
  Request request;
  std::vector<std::string> gpus;
};

/// Hands out a Capacity to stages.
/// Thread safety: confined.
class ResourcePool {
 public:
  explicit ResourcePool(Capacity capacity) : capacity_(std::move(capacity)) {
    free_gpus_.insert(capacity_.gpus.begin(), capacity_.gpus.end());
  }

  /// Why `request` could never be met, "" when it can: "asks for 2 gpus, 1 there".
  std::string refusal(const Request& request) const;

  /// nullopt when something it needs is taken. The GPUs given are the first free ones in order.
  std::optional<Grant> try_take(const Request& request);
  void give_back(const Grant& grant);

 private:
  Capacity capacity_;
  double used_cpus_ = 0;
  std::int64_t used_memory_ = 0;
  std::set<std::string> free_gpus_;
  std::map<std::string, std::int64_t> used_tokens_;
  std::set<std::string> held_mutexes_;
};

}  // namespace expcore::run
