#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace expcore {

/// The pieces of `text` between `separator`s; an empty text is one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

/// `text` without blanks (space, tab, CR, LF, VT, FF) at its ends.
std::string_view trim(std::string_view text);

std::string join(const std::vector<std::string>& pieces, std::string_view separator);

/// `text` with every `from` replaced by `to`.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

std::string to_lower_ascii(std::string_view text);

/// `'word'` quoted for a POSIX shell the way Python's shlex.quote does: unquoted when it holds only
/// `[A-Za-z0-9_@%+=:,./-]`, `''` when empty.
std::string shell_quote(std::string_view word);

/// Python's `repr()` of a str: single quotes unless the text holds `'` and no `"`; escapes for
/// backslash, quotes, control characters. Input is UTF-8; printable non-ASCII stays.
std::string python_repr(std::string_view text);

/// Python's `repr()` of a float: shortest digits that read back, exponent form below 1e-4 and from
/// 1e16, always with `.0` or an exponent; `inf`, `-inf`, `nan`.
std::string python_float(double value);

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// The code point at byte `at` and moves `at` behind it; bytes that are not UTF-8 are taken as they
/// come, never beyond the end.
char32_t decode_utf8(std::string_view text, std::size_t& at);
/// Appends the UTF-8 form of a code point.
void append_utf8(std::string& out, char32_t c);

/// Lower-case hex of bytes.
std::string to_hex(std::string_view bytes);

/// The bytes of their base64 form (RFC 4648, with padding); nullopt when it is malformed.
std::optional<std::string> from_base64(std::string_view text);

/// Python's str.splitlines(): LF, CR, CRLF, VT, FF, FS, GS, RS, U+0085, U+2028, U+2029 end lines;
/// the terminators are dropped.
std::vector<std::string_view> python_splitlines(std::string_view text);

/// "'a', 'b' and 'c'" — DVC's way to list names.
std::string quoted_list(const std::vector<std::string>& names);

}  // namespace expcore
