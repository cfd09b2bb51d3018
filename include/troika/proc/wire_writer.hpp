// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/attachment.hpp>
#include <troika/proc/wire_error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace troika {

namespace impl {

/// One level of nesting while it lives. Throws: wire_error beyond `levels_max`: a value that holds
/// itself could otherwise use up the stack.
class nesting {
public:
    static constexpr unsigned levels_max = 1000;

    explicit nesting(unsigned& levels) : levels_(levels) {
        if (levels == levels_max) [[unlikely]]
            fail();
        ++levels;
    }
    nesting(const nesting&) = delete;
    nesting& operator=(const nesting&) = delete;
    ~nesting() { --levels_; }

private:
    [[noreturn]] static void fail();
    unsigned& levels_;
};

}  // namespace impl

/// Collects a message for another process of the same program.
///
/// Small things are copied into a buffer of its own, the first `inline_bytes` without an
/// allocation. Large ranges of plain bytes are only referred to, and go straight from the user's
/// memory to where the message is sent. The other side is a wire_reader; sizes and byte order are
/// those of the machine.
/// Thread: one at a time.
class wire_writer {
public:
    static constexpr std::size_t inline_bytes = 208;
    /// Ranges of at least this size are referred to.
    static constexpr std::size_t reference_bytes_min = 4096;
    static constexpr std::size_t kept_bytes_max = 65'536;

    wire_writer() noexcept {}
    wire_writer(const wire_writer&) = delete;
    wire_writer& operator=(const wire_writer&) = delete;

    /// Appends the values one after the other, as wire_codec.hpp says for each type; include it.
    /// Throws: wire_error for a value that is in no state to be sent.
    /// Lifetime: large ranges in `values` stay as they are until the message has been sent, but for
    /// those that a troika::crossing writes: they are copied.
    template <class... T>
    void write(const T&... values);

    /// Appends a copy of `bytes`.
    void copy(std::span<const std::byte> bytes) {
        if (!bytes.empty()) std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
    }
    /// Appends the object representation of `value`.
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void put(const T& value) {
        std::memcpy(grow(sizeof(T)), &value, sizeof(T));
    }
    /// Appends `bytes` without copying. Lifetime: until the message has been sent.
    void reference(std::span<const std::byte> bytes);

    /// Refers to a large range, with what a reader needs to find it well aligned, and copies a
    /// small one. Lifetime: `bytes`, until the message has been sent.
    void bulk(std::span<const std::byte> bytes) {
        if (bytes.size() < reference_bytes_min)
            copy(bytes);
        else
            large(bytes);
    }

    /// Hands a descriptor to the other process, where wire_reader::attachment(id) gives it back.
    /// One `id` stands for one descriptor; it goes along once however often it is attached.
    /// Lifetime: `descriptor`, and whatever `owner` holds, until the message has been sent.
    void attach(wire_attachment what);
    void attach(std::uint64_t id, int descriptor) { attach({id, descriptor}); }
    [[nodiscard]] std::span<const wire_attachment> attachments() const noexcept {
        return attachments_;
    }

    /// Bytes of the whole message.
    [[nodiscard]] std::uint64_t size() const noexcept { return used_ + referenced_; }

    /// Forgets the message, and keeps the memory unless it is more than `kept_bytes_max`.
    void clear() noexcept;

    /// Goes over the pieces of the message in order; none is empty.
    class segment_iterator {
    public:
        using value_type = std::span<const std::byte>;
        using difference_type = std::ptrdiff_t;

        std::span<const std::byte> operator*() const noexcept { return writer_->segment(index_); }
        segment_iterator& operator++() noexcept {
            ++index_;
            skip();
            return *this;
        }
        void operator++(int) noexcept { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept {
            return index_ == writer_->segment_count();
        }

    private:
        friend class wire_writer;
        explicit segment_iterator(const wire_writer& writer) noexcept : writer_(&writer) { skip(); }
        void skip() noexcept {
            while (index_ != writer_->segment_count() && writer_->segment(index_).empty()) ++index_;
        }
        const wire_writer* writer_;
        std::size_t index_ = 0;
    };

    class segment_range {
    public:
        [[nodiscard]] segment_iterator begin() const noexcept { return segment_iterator(writer_); }
        [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    private:
        friend class wire_writer;
        explicit segment_range(const wire_writer& writer) noexcept : writer_(writer) {}
        const wire_writer& writer_;
    };

    /// The pieces of the message in order. Lifetime: until the next change.
    [[nodiscard]] segment_range segments() const noexcept { return segment_range(*this); }

    /// While it lives, large ranges are copied: for values that do not last.
    class copying {
    public:
        explicit copying(wire_writer& writer) noexcept
            : writer_(writer), before_(writer.copies_all_) {
            writer.copies_all_ = true;
        }
        copying(const copying&) = delete;
        copying& operator=(const copying&) = delete;
        ~copying() { writer_.copies_all_ = before_; }

    private:
        wire_writer& writer_;
        bool before_;
    };

    /// For the codec: levels of values within values.
    [[nodiscard]] unsigned& levels() noexcept { return levels_; }

private:
    struct referred {
        std::size_t position;   // in the buffer: what comes before it
        std::span<const std::byte> bytes;
    };

    std::byte* grow(std::size_t size) {
        if (size > capacity_ - used_) [[unlikely]]
            enlarge(size);
        std::byte* place = data_ + used_;
        used_ += size;
        return place;
    }
    void enlarge(std::size_t size);
    void large(std::span<const std::byte> bytes);

    // Even ones lie in the buffer, odd ones are referred to.
    [[nodiscard]] std::size_t segment_count() const noexcept { return 2 * referred_.size() + 1; }
    [[nodiscard]] std::span<const std::byte> segment(std::size_t index) const noexcept;

    std::byte* data_ = inline_;
    std::size_t used_ = 0;
    std::size_t capacity_ = inline_bytes;
    std::uint64_t referenced_ = 0;
    unsigned levels_ = 0;
    bool copies_all_ = false;
    std::unique_ptr<std::byte[]> heap_;
    std::vector<referred> referred_;
    std::vector<wire_attachment> attachments_;
    std::byte inline_[inline_bytes];
};

}  // namespace troika
