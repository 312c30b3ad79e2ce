#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace expcore::config {

/// The text of a configuration file that is changed in place: comments, order and spelling of
/// everything else stay. What is added looks as DVC writes it (four blanks of indent, sections like
/// `['remote "x"']`, plain sections before named ones, ConfigObj's quotes).
/// A section path is {"core"} or {"remote", "x"}, lower case; nested `[[x]]` sections are found,
/// too. Thread safety: a value.
class Document {
 public:
  using Path = std::vector<std::string>;

  /// Throws: Error{config} as parse_config().
  explicit Document(std::string text);

  const std::string& text() const { return text_; }
  bool has(const Path& section) const { return find(section) != nullptr; }
  bool has(const Path& section, const std::string& key) const;

  /// Replaces the value, or adds it at the end of its section, which is made when missing.
  void set(const Path& section, const std::string& key, std::string_view value);
  /// False when it was not there. A section left empty goes, too.
  bool unset(const Path& section, const std::string& key);
  /// False when it was not there.
  bool remove(const Path& section);
  /// Moves the section to the end of its kind under another name, as DVC's rename does.
  bool rename(const Path& section, const std::string& name);

 private:
  struct Assignment {
    std::string key;
    std::size_t begin = 0;  ///< Lines.
    std::size_t end = 0;
  };
  struct Part {
    Path path;
    std::size_t depth = 0;  ///< Of its brackets.
    std::size_t begin = 0;  ///< The header's line.
    std::size_t end = 0;    ///< After the section's own lines.
    std::vector<Assignment> assignments;
  };

  void scan();
  const Part* find(const Path& section) const;
  std::size_t place_for(const Path& section) const;
  void replace_lines(std::size_t begin, std::size_t end, const std::vector<std::string>& lines);

  std::string text_;
  std::vector<std::string> lines_;
  std::vector<Part> parts_;
};

/// A value as ConfigObj writes it.
/// Throws: Error{config} for one that cannot be written so that it reads back.
std::string quoted(std::string_view value);

}  // namespace expcore::config
