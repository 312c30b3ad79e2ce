#pragma once
#include <string>

#include <expcore/error.hpp>

namespace expcore::omegaconf {

/// A failure that OmegaConf has an exception for; the message has its words.
class ConfigError : public Error {
 public:
  /// `type`: Python's name of the exception ("InterpolationKeyError", "TypeError").
  ConfigError(std::string type, const std::string& message)
      : Error(Errc::parse, message), type_(std::move(type)) {}

  const std::string& type() const { return type_; }
  /// InterpolationResolutionError or a subclass of it.
  bool is_resolution_error() const;
  /// OmegaConfBaseException or a subclass of it, as opposed to one of Python's own.
  bool is_omegaconf_error() const;
  /// Whether the message already names the place ("\n    full_key: …").
  bool is_located() const { return located_; }

  /// The same failure with the place under its message.
  ConfigError located(const std::string& full_key, const std::string& object_type) const;

 private:
  std::string type_;
  bool located_ = false;
};

}  // namespace expcore::omegaconf
