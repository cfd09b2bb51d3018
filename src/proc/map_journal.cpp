// SPDX-License-Identifier: MIT
#include <troika/proc/map_journal.hpp>

#include <troika/proc/wire_error.hpp>
#include <troika/proc/wire_writer.hpp>

#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <limits>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace troika {
namespace {

using namespace std::chrono_literals;

/// The beginning of the file.
constexpr std::string_view magic = "troika journal 1";
/// A program that has just ended may not have let go of its files.
constexpr auto lock_patience = 500ms;
constexpr std::uint32_t step_max = 1U << 20;

/// What comes before each result.
struct record {
    std::uint64_t check = 0;   ///< hash of the rest of the record, and the result
    map_journal::key of;
    std::uint64_t size = 0;    ///< of the result, in bytes
};
static_assert(sizeof(record) == 32);

struct hash_key {
    std::size_t operator()(const map_journal::key& of) const noexcept {
        return static_cast<std::size_t>(of.low);
    }
};

struct place {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// A record's check.
class checksum {
public:
    explicit checksum(const record& of) noexcept {
        XXH3_64bits_reset(&state_);
        XXH3_64bits_update(&state_, &of.of, sizeof of.of);
        XXH3_64bits_update(&state_, &of.size, sizeof of.size);
    }
    void add(std::span<const std::byte> bytes) noexcept {
        XXH3_64bits_update(&state_, bytes.data(), bytes.size());
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return XXH3_64bits_digest(&state_); }

private:
    XXH3_state_t state_{};
};

/// Reads a file from one offset on, in large steps.
class file_reader {
public:
    file_reader(int file, const std::string& path) : file_(file), path_(path), buffer_(step_max) {}

    /// Returns: false when the file ends before.
    bool read(std::span<std::byte> into) {
        return take(into.size(), [&](std::span<const std::byte> some) {
            std::memcpy(into.data(), some.data(), some.size());
            into = into.subspan(some.size());
        });
    }
    /// Hands `size` bytes over in pieces. Returns: false when the file ends before.
    template <class F>
    bool take(std::uint64_t size, F use) {
        while (size > 0) {
            if (there_.empty() && !refill()) return false;
            const auto some = there_.first(
                static_cast<std::size_t>(std::min<std::uint64_t>(size, there_.size())));
            use(some);
            there_ = there_.subspan(some.size());
            size -= some.size();
        }
        return true;
    }

private:
    bool refill() {
        const int count = os::or_throw(os::read_at(file_, buffer_.data(), step_max, offset_),
                                       "read", path_);
        offset_ += static_cast<std::uint64_t>(count);
        there_ = std::span<const std::byte>(buffer_).first(static_cast<std::size_t>(count));
        return count != 0;
    }

    int file_;
    const std::string& path_;
    std::vector<std::byte> buffer_;
    std::span<const std::byte> there_;
    std::uint64_t offset_ = 0;
};

void write_all(int file, std::span<const std::byte> bytes, std::uint64_t offset,
               const std::string& path) {
    while (!bytes.empty()) {
        const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), 1U << 30));
        const auto count = static_cast<std::size_t>(
            os::or_throw(os::write_at(file, bytes.data(), size, offset), "write", path));
        bytes = bytes.subspan(count);
        offset += count;
    }
}

}  // namespace

struct map_journal::state {
    state(const std::string& file, std::string of) : path(file), version(std::move(of)) {}

    void open();
    void load();

    const std::string path;
    const std::string version;
    mutable std::mutex mutex;   // guards the rest
    os::fd file;
    std::unordered_map<key, place, hash_key> known;
    std::vector<std::byte> added;   // records that were not written
    std::uint64_t end = 0;          // of what was
    statistics counts;
    std::exception_ptr failure;
};

void map_journal::state::open() {
    file.reset(os::or_throw(
        os::open_file(path.c_str(), {.read = true, .write = true, .create = true}), "open", path));
    const int locked = os::lock_file(file.get(), lock_patience);
    if (locked == -EAGAIN)
        throw std::system_error(EAGAIN, std::generic_category(),
                                "open " + path + ": another program has this journal open");
    os::or_throw(locked, "lock", path);
}

void map_journal::state::load() {
    os::file_status now;
    os::or_throw(os::status(file.get(), now), "look at", path);
    if (now.type != os::file_type::regular)
        throw std::runtime_error(path + " is not a file: a journal has to be one");
    file_reader from(file.get(), path);
    std::array<char, magic.size()> begins{};
    const std::size_t there = std::min<std::size_t>(begins.size(), now.size);
    static_cast<void>(from.read(std::as_writable_bytes(std::span(begins).first(there))));
    if (std::string_view(begins.data(), there) != magic.substr(0, there))
        throw std::runtime_error(path + " is not a journal of this version of troika: give the "
                                        "name of another file, or remove it");
    if (there < magic.size()) {
        counts.dropped_bytes = there;
        write_all(file.get(), std::as_bytes(std::span(magic)), 0, path);
    }
    end = magic.size();
    for (record head; from.read(std::as_writable_bytes(std::span(&head, 1)));) {
        if (head.size > now.size) break;
        checksum check(head);
        if (!from.take(head.size, [&](auto bytes) { check.add(bytes); })) break;
        if (check.value() != head.check) break;
        known[head.of] = {end + sizeof head, head.size};
        end += sizeof head + head.size;
    }
    if (now.size > end) {
        counts.dropped_bytes = now.size - end;
        os::or_throw(os::truncate(file.get(), end), "shorten", path);
    }
}

map_journal::map_journal(const std::string& path, std::string version)
    : state_(std::make_unique<state>(path, std::move(version))) {
    state_->open();
    state_->load();
}

map_journal::~map_journal() = default;

map_journal::statistics map_journal::stats() const {
    const std::scoped_lock here(state_->mutex);
    statistics now = state_->counts;
    now.results = state_->known.size();
    return now;
}

void map_journal::sync() {
    require_written();
    os::or_throw(os::sync(state_->file.get()), "write to disk", state_->path);
}

map_journal::key map_journal::key_of(const char* function, const wire_writer& input) const {
    if (!input.attachments().empty())
        throw wire_error("a map with a journal takes values: descriptors and shared memory are "
                         "something else each time");
    XXH3_state_t hash{};
    XXH3_128bits_reset(&hash);
    const auto add = [&hash](std::string_view text) {
        const std::uint64_t size = text.size();
        XXH3_128bits_update(&hash, &size, sizeof size);
        XXH3_128bits_update(&hash, text.data(), text.size());
    };
    add(function);
    add(state_->version);
    for (const std::span<const std::byte> each : input.segments())
        XXH3_128bits_update(&hash, each.data(), each.size());
    const XXH128_hash_t value = XXH3_128bits_digest(&hash);
    return {value.low64, value.high64};
}

bool map_journal::find(const key& of, std::vector<std::byte>& into) {
    place at;
    {
        const std::scoped_lock here(state_->mutex);
        const auto found = state_->known.find(of);
        if (found == state_->known.end()) return false;
        at = found->second;
        if (at.offset + at.size > state_->end) return false;   // it could not be written
    }
    into.resize(static_cast<std::size_t>(at.size));
    for (std::size_t done = 0; done < into.size();) {
        const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(into.size() - done,
                                                                           1U << 30));
        const int count = os::or_throw(
            os::read_at(state_->file.get(), into.data() + done, size, at.offset + done), "read",
            state_->path);
        if (count == 0) return false;   // somebody has shortened it
        done += static_cast<std::size_t>(count);
    }
    const std::scoped_lock here(state_->mutex);
    ++state_->counts.reused;
    return true;
}

void map_journal::add(const key& of, const wire_writer& result) {
    if (!result.attachments().empty())
        throw wire_error("a map with a journal gives values: descriptors and shared memory cannot "
                         "be kept in a file");
    record head{0, of, result.size()};
    checksum check(head);
    for (const std::span<const std::byte> each : result.segments()) check.add(each);
    head.check = check.value();
    const std::scoped_lock here(state_->mutex);
    std::vector<std::byte>& added = state_->added;
    const std::uint64_t offset = state_->end + added.size() + sizeof head;
    const auto begins = std::as_bytes(std::span(&head, 1));
    added.insert(added.end(), begins.begin(), begins.end());
    for (const std::span<const std::byte> each : result.segments())
        added.insert(added.end(), each.begin(), each.end());
    state_->known[of] = {offset, head.size};
}

void map_journal::write() noexcept {
    const std::scoped_lock here(state_->mutex);
    if (!state_->failure) {
        try {
            write_all(state_->file.get(), state_->added, state_->end, state_->path);
            state_->end += state_->added.size();
        } catch (...) {
            state_->failure = std::current_exception();
        }
    }
    state_->added.clear();
}

void map_journal::require_written() const {
    const std::scoped_lock here(state_->mutex);
    if (state_->failure) std::rethrow_exception(state_->failure);
}

}  // namespace troika
