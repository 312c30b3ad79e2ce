#include "progress_bar.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace cli {
namespace {

using expcore::Event;

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && (kind == nullptr || std::string_view(kind) != "dumb");
}

std::size_t columns() {
  constexpr std::size_t usual = 80;
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

/// In the unit that suits `bytes`.
std::string size_text(double bytes) {
  constexpr std::array<const char*, 5> units = {"B", "kB", "MB", "GB", "TB"};
  constexpr double step = 1000;
  std::size_t unit = 0;
  for (; bytes >= step && unit + 1 < units.size(); ++unit)
    bytes /= step;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 || bytes >= 100 ? 0 : 1, units[unit]);
}

std::string time_text(double seconds) {
  constexpr std::int64_t minute = 60;
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole >= minute * minute) {
    return fmt::format("{}:{:02}:{:02}", whole / minute / minute, whole / minute % minute,
                       whole % minute);
  }
  return fmt::format("{}:{:02}", whole / minute, whole % minute);
}

/// Bytes say more than files where they are known.
double share_of(const Event& event) {
  const auto share = [](std::int64_t done, std::int64_t total) {
    return total <= 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  };
  return event.bytes_total > 0 ? share(event.bytes_done, event.bytes_total)
                               : share(event.done, event.total);
}

std::string amounts(const Event& event, double seconds, double share) {
  std::string text = fmt::format("{}/{} files", event.done, event.total);
  if (event.bytes_total > 0) {
    text += fmt::format(", {}/{}", size_text(static_cast<double>(event.bytes_done)),
                        size_text(static_cast<double>(event.bytes_total)));
  }
  constexpr double begun = 0.5;  // before that rates are guesses
  if (seconds < begun || share <= 0) return text;
  text += event.bytes_total > 0
              ? fmt::format(", {}/s", size_text(static_cast<double>(event.bytes_done) / seconds))
              : fmt::format(", {:.0f} files/s", static_cast<double>(event.done) / seconds);
  if (share < 1) text += fmt::format(", {} left", time_text(seconds * (1 - share) / share));
  return text;
}

}  // namespace

std::string progress_line(const Event& event, double seconds, std::size_t width) {
  const double share = share_of(event);
  std::string name = event.text;
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  std::string text = fmt::format("{} {:3.0f}%", name, share * 100);
  const std::string more = amounts(event, seconds, share);
  constexpr std::size_t widest = 30;
  constexpr std::size_t narrowest = 5;
  constexpr std::string_view frame = " || ";
  const std::size_t used = text.size() + frame.size() + more.size();
  if (used + narrowest <= width) {
    const std::size_t room = std::min(widest, width - used);
    const auto full = static_cast<std::size_t>(share * static_cast<double>(room));
    text += fmt::format(" |{}{}|", std::string(full, '#'), std::string(room - full, ' '));
  }
  text += " " + more;
  text.resize(std::min(text.size(), width));
  return text;
}

void ProgressBar::show(const Event& event) {
  if (place_ == Place::unknown) place_ = is_terminal() ? Place::terminal : Place::elsewhere;
  if (place_ == Place::elsewhere) return;
  constexpr std::chrono::milliseconds interval(100);
  const Time now = std::chrono::steady_clock::now();
  const bool is_new = event.text != work_;
  if (is_new) begin_ = now;
  if (is_shown_ && !is_new && now - last_ < interval) return;
  work_ = event.text;
  last_ = now;
  is_shown_ = true;
  const std::chrono::duration<double> passed = now - begin_;
  // One column stays free: some terminals wrap there.
  const std::string line = progress_line(event, passed.count(), columns() - 1);
  std::fputs(("\r" + line + "\x1b[K").c_str(), stderr);
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (!is_shown_) return;
  is_shown_ = false;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace cli
