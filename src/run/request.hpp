#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "yaml/value.hpp"

namespace expcore::run {

/// What a stage asks for while its commands run: `meta: {expcore: {…}}` in dvc.yaml, which DVC
/// keeps and ignores. Format: docs/formats/stage-requests.md.
struct Request {
  double cpus = 1;
  bool says_cpus = false;  ///< Whether `cpus` was given.
  std::int64_t gpus = 0;
  std::int64_t memory = 0;                     ///< Bytes.
  std::map<std::string, std::int64_t> tokens;  ///< Of things the user counts: licences, ports.
  std::vector<std::string> mutexes;            ///< Names of which only one stage holds each.
  std::chrono::milliseconds timeout{0};        ///< Of one attempt; 0: none.
  std::int64_t retries = 0;                    ///< Attempts after the first.

  /// Nothing but its turn among `--jobs`.
  bool asks_for_nothing() const {
    return !says_cpus && gpus == 0 && memory == 0 && tokens.empty() && mutexes.empty();
  }

  friend bool operator==(const Request&, const Request&) = default;
};

/// `meta` is the stage's whole `meta`; anything without `expcore` asks for nothing special.
/// Throws: Error{invalid_argument} "meta.expcore.gpus: expected a whole number that is not
/// negative, got 'two'", with `stage` in front.
Request parse_request(const yaml::Value& meta, const std::string& stage);

/// The members of a request; `what` names them in errors.
Request parse_request_members(const yaml::Map& members, const std::string& what);

/// "512MiB", "2 GB", 1048576 -> bytes. Throws: Error{invalid_argument}.
/// Units: B, kB, MB, GB, TB (1000), KiB, MiB, GiB, TiB and K, M, G, T (1024).
std::int64_t parse_bytes(const yaml::Value& value, const std::string& what);
/// "90", "90s", "5m", "1h30m", "2d", 90 (seconds).
std::chrono::milliseconds parse_duration(const yaml::Value& value, const std::string& what);

}  // namespace expcore::run
