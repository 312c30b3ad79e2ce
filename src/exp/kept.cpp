#include "exp/kept.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <unordered_map>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/binary.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "hash/fingerprint.hpp"

namespace expcore::exp {
namespace {

constexpr std::chrono::milliseconds patience(200);

using Key = std::array<char, 20>;  // an id's bytes

struct KeyHash {
  std::size_t operator()(const Key& key) const {  // an id is a hash itself
    std::size_t start = 0;
    std::memcpy(&start, key.data(), sizeof start);
    return start;
  }
};

using Texts = std::unordered_map<Key, std::string_view, KeyHash>;

constexpr std::array<unsigned char, 256> make_digits() {
  std::array<unsigned char, 256> digits{};
  for (unsigned char i = 0; i < 16; ++i)
    digits[static_cast<unsigned char>("0123456789abcdef"[i])] = i;
  return digits;
}

Key key_of(const git::Id& commit) {
  static constexpr auto digits = make_digits();
  Key key{};
  if (commit.size() != 2 * key.size()) return key;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto high = digits[static_cast<unsigned char>(commit[2 * i])];
    const auto low = digits[static_cast<unsigned char>(commit[2 * i + 1])];
    key[i] = static_cast<char>(high << 4U | low);
  }
  return key;
}

/// Memory for a file of some megabytes: of large pages where there are any, since filling small
/// ones takes longer than reading the file.
class Pages {
 public:
  explicit Pages(std::size_t size) : size_(size) {
    if (size == 0) return;
    void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    start_ = static_cast<char*>(pages);
    ::madvise(pages, size, MADV_HUGEPAGE);  // no harm where it fails
  }
  ~Pages() {
    if (start_ != nullptr) ::munmap(start_, size_);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  char* data() const { return start_; }
  std::size_t size() const { return size_; }

 private:
  char* start_ = nullptr;
  std::size_t size_;
};

/// What a file holds.
struct Content {
  std::unique_ptr<Pages> pages;
  Texts texts;            ///< In `pages`.
  bool is_whole = false;  ///< There is a file and nothing in it is damaged.
};

/// Takes one batch off `rest`. Throws std::out_of_range when it is not whole.
void read_batch(std::string_view& rest, Texts& texts) {
  BinaryReader head(rest);
  const std::uint64_t size = head.fixed();
  const std::uint64_t check = head.fixed();
  if (size > head.rest().size()) throw std::out_of_range("size");
  const std::string_view body = head.rest().substr(0, size);
  if (hash::fingerprint(body).low != check) throw std::out_of_range("check");
  BinaryReader in(body);
  std::size_t count = in.count();
  texts.reserve(texts.size() + count);
  for (; count > 0; --count) {
    Key key{};
    const std::string_view id = in.view();
    std::memcpy(key.data(), id.data(), std::min(id.size(), key.size()));
    texts[key] = in.view();
  }
  rest = head.rest().substr(size);
}

std::string make_batch(const Texts& texts) {
  BinaryWriter body;
  body.number(texts.size());
  for (const auto& [key, text] : texts) {
    body.text({key.data(), key.size()});
    body.text(text);
  }
  BinaryWriter head;
  head.fixed(body.bytes().size());
  head.fixed(hash::fingerprint(body.bytes()).low);
  return head.bytes() + body.bytes();
}

/// The file's bytes, in `pages`; nothing when there is no file.
std::string_view read_pages(const std::string& path, std::unique_ptr<Pages>& pages) {
  const fs::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return {};
  pages = std::make_unique<Pages>(static_cast<std::size_t>(fs::stat(file, path).size));
  std::size_t size = 0;
  while (size < pages->size()) {
    const auto got = fs::read_some(file, pages->data() + size, pages->size() - size, path);
    if (got == 0) break;
    size += got;
  }
  return {pages->data(), size};
}

/// As far as it is whole; nothing when it cannot be read.
std::unique_ptr<Content> read_content(const std::string& path, const std::string& header) {
  auto content = std::make_unique<Content>();
  try {
    std::string_view rest = read_pages(path, content->pages);
    if (!rest.starts_with(header)) return content;
    rest.remove_prefix(header.size());
    while (!rest.empty())
      read_batch(rest, content->texts);
    content->is_whole = true;
  } catch (const Error&) {
  } catch (const std::out_of_range&) {
  }
  return content;
}

}  // namespace

struct KeptTexts::Impl {
  std::string path;
  std::string header;
  std::unique_ptr<Content> content = nullptr;  ///< Read when it is first needed.
  std::deque<std::string> texts = {};          ///< New ones.
  Texts fresh = {};
  Texts unsaved = {};

  /// With what other processes have written meanwhile.
  void write() {
    fs::make_directories(fs::parent(path));
    const auto lock = fs::LockFile::acquire(path + ".lock", patience, "busy");
    const auto there = read_content(path, header);
    if (there->is_whole) {
      std::erase_if(unsaved, [&](const auto& item) {
        const auto known = there->texts.find(item.first);
        return known != there->texts.end() && known->second == item.second;
      });
      if (!unsaved.empty()) fs::append_whole(path, make_batch(unsaved));
      return;
    }
    Texts all = unsaved;
    all.insert(there->texts.begin(), there->texts.end());
    fs::write_atomic(path, header + make_batch(all));
  }
};

KeptTexts::KeptTexts(std::string path, std::string_view kind)
    : impl_(new Impl{std::move(path), fmt::format("expcore kept 1 {}\n", kind)}) {}

KeptTexts::~KeptTexts() { flush(); }

std::optional<std::string_view> KeptTexts::find(const git::Id& commit) {
  const Key key = key_of(commit);
  const auto fresh = impl_->fresh.find(key);
  if (fresh != impl_->fresh.end()) return fresh->second;
  if (!impl_->content) impl_->content = read_content(impl_->path, impl_->header);
  const auto found = impl_->content->texts.find(key);
  if (found == impl_->content->texts.end()) return std::nullopt;
  return found->second;
}

void KeptTexts::keep(const git::Id& commit, std::string text) {
  if (find(commit) == text) return;
  const std::string_view view = impl_->texts.emplace_back(std::move(text));
  impl_->fresh[key_of(commit)] = view;
  impl_->unsaved[key_of(commit)] = view;
}

void KeptTexts::flush() {
  if (impl_->unsaved.empty()) return;
  try {
    impl_->write();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): only a cache
  }
  impl_->unsaved.clear();
}

}  // namespace expcore::exp
