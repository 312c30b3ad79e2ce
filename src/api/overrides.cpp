#include <map>
#include <optional>
#include <utility>

#include <expcore/error.hpp>
#include <expcore/overrides.hpp>
#include <expcore/project.hpp>

#include "api/impl.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "hydra/params_file.hpp"
#include "params/edit.hpp"
#include "params/sweep.hpp"

namespace expcore {

struct ParamOverrides::Impl {
  OverridePoint typed;
  std::vector<params::FileOverrideSet> files;
  bool is_sweep = false;
};

ParamOverrides::ParamOverrides(std::shared_ptr<const Impl> impl) noexcept
    : impl_(std::move(impl)) {}
ParamOverrides::ParamOverrides(const ParamOverrides&) = default;
ParamOverrides& ParamOverrides::operator=(const ParamOverrides&) = default;
ParamOverrides::ParamOverrides(ParamOverrides&&) noexcept = default;
ParamOverrides& ParamOverrides::operator=(ParamOverrides&&) noexcept = default;
ParamOverrides::~ParamOverrides() = default;

namespace api {

std::vector<params::FileOverrideSet> to_overrides(const std::vector<std::string>& arguments) {
  std::vector<params::FileOverrideSet> files;
  bool is_sweep = false;
  for (const auto& [file, texts] : params::group_by_file(arguments)) {
    params::FileOverrideSet& set = files.emplace_back();
    set.file = file;
    for (const std::string& text : texts) {
      try {
        set.overrides.push_back(params::parse_override(text));
      } catch (const Error& error) {
        throw Error(error.code(), "unexpected error - " + error.full_message())
            .with_details(error.details());
      }
      is_sweep = is_sweep || set.overrides.back().is_sweep();
    }
  }
  if (is_sweep) {
    throw Error(Errc::invalid_argument, "Sweep overrides can't be used without `--queue`");
  }
  return files;
}

}  // namespace api

ParamOverrides ParamOverrides::parse(const std::vector<std::string>& arguments) {
  auto impl = std::make_shared<Impl>();
  impl->typed = params::group_by_file(arguments);
  for (const auto& [file, overrides] : impl->typed) {
    params::FileOverrideSet& set = impl->files.emplace_back();
    set.file = file;
    for (const std::string& text : overrides) {
      set.overrides.push_back(params::parse_override(text));
      impl->is_sweep = impl->is_sweep || set.overrides.back().is_sweep();
    }
  }
  return ParamOverrides(std::move(impl));
}

bool ParamOverrides::empty() const { return impl_->typed.empty(); }
bool ParamOverrides::is_sweep() const { return impl_->is_sweep; }
const OverridePoint& ParamOverrides::as_typed() const { return impl_->typed; }

std::uint64_t ParamOverrides::size() const {
  return impl_->is_sweep ? params::Expansion(impl_->files).size() : 1;
}

/// An expansion, or the one combination that there is without a sweep.
struct ParamOverrides::Points::Impl {
  OverridePoint single;
  std::optional<params::Expansion> expansion;
};

ParamOverrides::Points::Points(std::shared_ptr<const Impl> impl) noexcept
    : impl_(std::move(impl)) {}

ParamOverrides::Points ParamOverrides::expand() const {
  auto points = std::make_shared<Points::Impl>();
  if (impl_->is_sweep) {
    points->expansion.emplace(impl_->files);
    if (points->expansion->size() == 0) {
      throw Error(Errc::invalid_argument, "The sweep is empty: one of its ranges has no values");
    }
  } else {
    points->single = impl_->typed;
  }
  return Points(std::move(points));
}

struct ParamOverrides::Points::Iterator::Impl {
  std::shared_ptr<const Points::Impl> points;
  std::optional<params::Expansion::Cursor> cursor;
};

using PointIterator = ParamOverrides::Points::Iterator;

PointIterator::Iterator() noexcept = default;
PointIterator::Iterator(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
PointIterator::Iterator(Iterator&&) noexcept = default;
PointIterator& PointIterator::operator=(Iterator&&) noexcept = default;
PointIterator::~Iterator() = default;

PointIterator ParamOverrides::Points::begin() const {
  auto state = std::make_unique<Iterator::Impl>();
  state->points = impl_;
  if (impl_->expansion) state->cursor.emplace(*impl_->expansion);
  return Iterator(std::move(state));
}

const OverridePoint& PointIterator::operator*() const {
  return impl_->cursor ? impl_->cursor->point() : impl_->points->single;
}
const OverridePoint* PointIterator::operator->() const { return &**this; }

PointIterator& PointIterator::operator++() {
  if (!impl_->cursor || !impl_->cursor->advance()) impl_.reset();
  return *this;
}
void PointIterator::operator++(int) { ++*this; }
bool PointIterator::operator==(std::default_sentinel_t /*end*/) const { return impl_ == nullptr; }

std::string ParamOverrides::apply(std::string_view text, const std::string& file,
                                  const std::optional<Environment>& environment) const {
  for (const auto& set : impl_->files) {
    if (set.file == file) {
      return params::apply_to_text(
          text, params::format_of(file), file, set.overrides,
          hydra::params_interpolation(environment ? *environment : api::process_environment()));
    }
  }
  return std::string(text);
}

std::vector<std::filesystem::path> ParamOverrides::apply_to(const Project& project) const {
  if (impl_->is_sweep) {
    throw Error(Errc::invalid_argument, "a sweep stands for several sets of values");
  }
  const std::string directory = project.directory().string();
  const auto interpolate = hydra::params_interpolation(project.impl_->environment);
  std::map<std::string, std::string> texts;
  for (const auto& [file, overrides] : impl_->files) {
    const std::string path = fs::absolute(directory, file);
    const auto [text, made] = texts.try_emplace(path);
    if (made) text->second = params::text_to_edit(path, file);
    text->second =
        params::apply_to_text(text->second, params::format_of(path), file, overrides, interpolate);
  }
  std::vector<std::filesystem::path> written;
  for (const auto& [path, text] : texts) {
    fs::write_atomic(path, text, fs::Durability::full);
    written.emplace_back(path);
  }
  return written;
}

}  // namespace expcore
