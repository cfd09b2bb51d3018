// SPDX-License-Identifier: MIT
#include <troika/proc/shared_queue.hpp>

#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/futex.hpp"
#include "os/memory_file.hpp"
#include "os/memory_map.hpp"
#include "os/robust_mutex.hpp"
#include "proc/queue_side.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

namespace troika::impl {

namespace {

constexpr std::uint64_t magic_number = 0x7472'6f69'6b61'0003;
constexpr std::size_t page = 4096;
constexpr std::size_t capacity_limit = 8'000'000;
constexpr std::size_t bytes_min = 65'536;
constexpr std::size_t bytes_limit = std::size_t{1} << 40;

using place = queue_place;

/// An item in the ring: its size, its bytes, and what makes the whole a multiple of a unit.
constexpr std::uint64_t room_of(std::uint64_t bytes) {
    return sizeof(std::uint64_t) + (bytes + place::unit - 1) / place::unit * place::unit;
}

void wake_all(std::atomic<std::uint32_t>& who) noexcept { os::shared_futex_wake(who); }

/// One side of a queue: those who put, or those who get.
struct alignas(64) locked_side : queue_side<> {
    os::robust_mutex mutex;   // of who moves it, and who says that it waits for that
};

struct queue_words {
    std::uint64_t magic = 0;
    std::uint64_t capacity_max = 0;
    std::uint64_t bytes_max = 0;
    std::atomic<std::uint32_t> shut_down{0};   // set with both mutexes
    locked_side put;
    locked_side got;
};
static_assert(sizeof(queue_words) <= page);

/// The mutex of a side, if it could be had in time.
class held {
public:
    held(locked_side& of, time_point deadline)
        : of_(of), taken_(of.mutex.lock(
                       deadline == shared_queue_core::at_once ? never : deadline)) {}
    held(const held&) = delete;
    held& operator=(const held&) = delete;
    ~held() {
        if (taken_) of_.mutex.unlock();
    }
    explicit operator bool() const noexcept { return taken_; }

private:
    locked_side& of_;
    const bool taken_;
};

}  // namespace

/// The memory of a queue, mapped here.
class shared_queue_memory final : public attached_object {
public:
    explicit shared_queue_memory(const shared_queue_options& options) {
        if (options.capacity_max == 0 || options.capacity_max > capacity_limit)
            throw std::invalid_argument("a shared_queue has room for 1 to " +
                                        std::to_string(capacity_limit) + " items");
        if (options.bytes_max == 0 || options.bytes_max > bytes_limit)
            throw std::invalid_argument("a shared_queue has room for 1 byte to 1 TiB");
        const std::size_t bytes = std::bit_ceil(std::max(options.bytes_max, bytes_min));
        file_.reset(os::or_throw(os::create_memory_file("troika-queue", page + bytes),
                                 "create the memory of a shared queue"));
        map(bytes);
        auto* const made = ::new (control_.data()) queue_words;
        made->capacity_max = options.capacity_max;
        made->bytes_max = bytes;
        made->magic = magic_number;
        capacity_max_ = options.capacity_max;
    }
    explicit shared_queue_memory(received_attachment& came) {
        const long size = os::size_of_memory_file(came.descriptor());
        const std::size_t bytes =
            size > static_cast<long>(page) ? static_cast<std::size_t>(size) - page : 0;
        if (bytes < bytes_min || !std::has_single_bit(bytes)) refuse();
        file_.reset(came.release());
        map(bytes);
        capacity_max_ = words().capacity_max;
        if (words().magic != magic_number || words().bytes_max != bytes || capacity_max_ == 0 ||
            capacity_max_ > capacity_limit)
            refuse();
    }

    [[nodiscard]] queue_words& words() const noexcept {
        return *reinterpret_cast<queue_words*>(control_.data());
    }
    [[nodiscard]] std::byte* at(place where) const noexcept {
        return ring_.data() + (where.offset() & (bytes_max_ - 1));
    }
    [[nodiscard]] std::uint64_t capacity_max() const noexcept { return capacity_max_; }
    [[nodiscard]] std::uint64_t bytes_max() const noexcept { return bytes_max_; }
    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }

    /// Throws: wire_error when that cannot be.
    void check(place put, place got) const {
        if (put.bytes_since(got) > bytes_max_ || put.items_since(got) > capacity_max_)
            throw wire_error("the memory of a shared queue was overwritten");
    }
    [[nodiscard]] bool has_room(place put, place got, std::uint64_t bytes) const {
        check(put, got);
        return put.items_since(got) < capacity_max_ && bytes_max_ - put.bytes_since(got) >= bytes;
    }

    /// Sleeps until `side` moves, unless `ready()` once its mutex is had: who moves it has the
    /// mutex and so knows of all who sleep. Returns: false when `deadline` has passed.
    template <class Ready>
    bool wait_for(locked_side& side, time_point deadline, Ready ready) const {
        if (deadline == shared_queue_core::at_once) return false;
        std::uint32_t seen = 0;
        {
            const held here(side, deadline);
            if (!here) return false;
            if (words().shut_down.load(std::memory_order_relaxed) != 0 || ready()) return true;
            seen = side.announce();
        }
        return os::shared_futex_wait(side.moves(), seen, deadline);
    }

private:
    [[noreturn]] static void refuse() {
        throw wire_error("a descriptor of a message is not a shared queue");
    }
    void map(std::size_t bytes) {
        constexpr const char* what = "map the memory of a shared queue";
        os::or_throw(control_.map_shared(file_.get(), page, 0, os::map_access::read_write), what);
        os::or_throw(ring_.map_mirrored(file_.get(), bytes, page), what);
        bytes_max_ = bytes;
    }

    const std::uint64_t id_ = next_attachment_id();
    os::fd file_;
    os::memory_map control_;
    os::memory_map ring_;
    std::uint64_t bytes_max_ = 0;
    std::uint64_t capacity_max_ = 0;
};

shared_queue_core::shared_queue_core(const shared_queue_options& options)
    : memory_(std::make_shared<shared_queue_memory>(options)) {}

shared_queue_core::shared_queue_core(std::shared_ptr<shared_queue_memory> memory) noexcept
    : memory_(std::move(memory)) {}

shared_queue_core::answer shared_queue_core::put(const wire_writer& message,
                                                 time_point deadline) const {
    const shared_queue_memory& memory = *memory_;
    queue_words& words = memory.words();
    const std::uint64_t room = room_of(message.size());
    if (message.size() > memory.bytes_max() || room > memory.bytes_max())
        throw wire_error("an item of " + std::to_string(message.size()) +
                         " bytes does not fit into a shared queue of " +
                         std::to_string(memory.bytes_max()) + " bytes: give it more bytes_max");
    if (!message.attachments().empty())
        throw wire_error("shared arrays, queues and pipes cannot be in an item of a shared queue: "
                         "give them to the processes as arguments, or send them by a pipe");
    for (;;) {
        {
            const held here(words.put, deadline);
            if (!here) return answer::not_now;
            if (words.shut_down.load(std::memory_order_relaxed) != 0) return answer::shut_down;
            const place mine = words.put.place();
            if (memory.has_room(mine, words.got.place(), room)) {
                std::byte* to = memory.at(mine);
                const std::uint64_t size = message.size();
                std::memcpy(to, &size, sizeof size);
                to += sizeof size;
                for (const std::span<const std::byte> piece : message.segments()) {
                    std::memcpy(to, piece.data(), piece.size());
                    to += piece.size();
                }
                words.put.wake(wake_all);
                words.put.move(mine.after(room));
                return answer::done;
            }
        }
        const auto has_room = [&] {
            return memory.has_room(words.put.place(), words.got.place(), room);
        };
        if (!memory.wait_for(words.got, deadline, has_room)) return answer::not_now;
    }
}

shared_queue_core::answer shared_queue_core::get(item& into, time_point deadline) const {
    const shared_queue_memory& memory = *memory_;
    queue_words& words = memory.words();
    for (;;) {
        {
            const held here(words.got, deadline);
            if (!here) return answer::not_now;
            const place mine = words.got.place();
            const place theirs = words.put.place();
            memory.check(theirs, mine);
            if (theirs.items_since(mine) > 0) {
                const std::byte* const from = memory.at(mine);
                std::uint64_t size = 0;
                std::memcpy(&size, from, sizeof size);
                const std::uint64_t there = theirs.bytes_since(mine);
                if (size > there || room_of(size) > there)
                    throw wire_error("the memory of a shared queue was overwritten");
                into.size = static_cast<std::size_t>(size);
                into.bytes = std::make_unique_for_overwrite<std::byte[]>(into.size);
                if (into.size > 0)
                    std::memcpy(into.bytes.get(), from + sizeof size, into.size);
                words.got.wake(wake_all);
                words.got.move(mine.after(room_of(size)));
                return answer::done;
            }
            // Nobody shuts it down meanwhile, which takes this mutex: it is empty for good.
            if (words.shut_down.load(std::memory_order_relaxed) != 0) return answer::shut_down;
        }
        const auto has_item = [&] {
            return words.put.place().items_since(words.got.place()) > 0;
        };
        if (!memory.wait_for(words.put, deadline, has_item)) return answer::not_now;
    }
}

void shared_queue_core::shut_down(bool immediate) const {
    queue_words& words = memory_->words();
    const held no_puts(words.put, never);   // always in this order
    const held no_gets(words.got, never);
    words.put.wake(wake_all);
    words.got.wake(wake_all);
    words.shut_down.store(1, std::memory_order_relaxed);
    if (immediate) words.got.move(words.put.place());
}

std::size_t shared_queue_core::size() const noexcept {
    const queue_words& words = memory_->words();
    // What was got first: so it is not ahead of what was put.
    const place got = words.got.place();
    return static_cast<std::size_t>(
        std::min(words.put.place().items_since(got), memory_->capacity_max()));
}

std::size_t shared_queue_core::capacity_max() const noexcept {
    return static_cast<std::size_t>(memory_->capacity_max());
}

bool shared_queue_core::is_shut_down() const noexcept {
    return memory_->words().shut_down.load(std::memory_order_relaxed) != 0;
}

time_point shared_queue_core::after(duration timeout) noexcept {
    return deadline_after(os::steady_time(), timeout);
}

void shared_queue_core::throw_shut_down(const char* operation) {
    throw queue_shut_down(std::string(operation) + ": the shared queue was shut down");
}

void shared_queue_core::write(wire_writer& to) const {
    to.put(memory_->id());
    to.attach({memory_->id(), memory_->descriptor(), memory_, true});
}

shared_queue_core shared_queue_core::read(wire_reader& from) {
    received_attachment& came = from.attachment(from.get<std::uint64_t>());
    if (!came.made()) came.made() = std::make_shared<shared_queue_memory>(came);
    auto memory = std::dynamic_pointer_cast<shared_queue_memory>(came.made());
    if (!memory) throw wire_error("a descriptor of a message is not a shared queue");
    return shared_queue_core(std::move(memory));
}

}  // namespace troika::impl
