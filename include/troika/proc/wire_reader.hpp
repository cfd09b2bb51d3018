// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/attachment.hpp>
#include <troika/proc/wire_error.hpp>
#include <troika/proc/wire_writer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace troika {

/// Where the pieces of a message come from.
class wire_source {
public:
    wire_source() = default;
    wire_source(const wire_source&) = delete;
    wire_source& operator=(const wire_source&) = delete;

    /// Waits for the next piece of the message. Called only while the message has more.
    /// Returns: the piece; an empty one when there will be none: the message was cut short. Bytes
    /// after the end of the message are not looked at. Pieces whose addresses are multiples of 64
    /// plus their position in the message make vectors the fastest.
    /// Lifetime: the piece until the next call.
    virtual std::span<const std::byte> more() = 0;

    /// Returns: what came with the message under `id`; the source owns it.
    /// Throws: wire_error when there is none, as this one does.
    virtual received_attachment& attachment(std::uint64_t id);

protected:
    ~wire_source() = default;
};

/// A whole message in memory. Lifetime: of what it was given, until it is read.
class memory_source final : public wire_source {
public:
    explicit memory_source(std::span<const std::byte> message,
                           std::span<received_attachment> attachments = {}) noexcept
        : message_(message), attachments_(attachments) {}

    std::span<const std::byte> more() override;
    received_attachment& attachment(std::uint64_t id) override;

private:
    std::span<const std::byte> message_;
    std::span<received_attachment> attachments_;
};

/// Takes apart a message that a wire_writer has written.
///
/// The message is not trusted: it may be cut short and hold anything. Lengths are compared with
/// what is left of the message before memory is asked for.
/// Throws: each member function, wire_error, after which the rest of the message is unreadable.
/// Thread: one at a time.
class wire_reader {
public:
    /// `size`: of the whole message, which the caller has compared with what it accepts: vectors
    /// may ask for as much memory as the message says it has. Lifetime: `source`.
    wire_reader(wire_source& source, std::uint64_t size) noexcept
        : source_(source), beyond_(size) {}
    wire_reader(const wire_reader&) = delete;
    wire_reader& operator=(const wire_reader&) = delete;

    /// Takes the next value, as wire_codec.hpp says for each type; include it.
    template <class T>
    [[nodiscard]] T read();

    /// Bytes of the message that have not been read.
    [[nodiscard]] std::uint64_t remaining() const noexcept { return piece_.size() + beyond_; }

    /// Fills `into`.
    void copy(std::span<std::byte> into) {
        if (into.size() > piece_.size()) [[unlikely]]
            return copy_pieces(into);
        if (!into.empty()) std::memcpy(into.data(), piece_.data(), into.size());
        piece_ = piece_.subspan(into.size());
    }
    /// Takes an object representation. Requires: that all bits are fine for a T.
    template <class T>
        requires std::is_trivially_copyable_v<T>
    [[nodiscard]] T get() {
        T value;
        copy(std::as_writable_bytes(std::span{&value, 1}));
        return value;
    }
    /// Returns: what can be read without a copy of its own, at least a byte; skip() takes it.
    /// Lifetime: until more is read.
    [[nodiscard]] std::span<const std::byte> peek() {
        if (piece_.empty()) refill();
        return piece_;
    }
    /// Passes over `size` bytes.
    void skip(std::uint64_t size) {
        if (size > piece_.size()) [[unlikely]]
            return skip_pieces(size);
        piece_ = piece_.subspan(static_cast<std::size_t>(size));
    }

    /// Takes the number of elements of a range whose elements take at least `each` bytes of the
    /// message. Requires: each > 0.
    [[nodiscard]] std::size_t length(std::size_t each) {
        const auto count = get<std::uint64_t>();
        if (count > remaining() / each) [[unlikely]]
            too_long(count);
        return static_cast<std::size_t>(count);
    }
    /// Gets to what wire_writer::bulk() wrote, `size` bytes of it.
    void begin_bulk(std::uint64_t size) {
        if (size >= wire_writer::reference_bytes_min) skip(get<std::uint8_t>());
    }

    /// Returns: what wire_writer::attach() has handed over; the source owns it.
    [[nodiscard]] received_attachment& attachment(std::uint64_t id) {
        return source_.attachment(id);
    }

    /// Says that the message should end here.
    void finish() const;

    /// Which process the message is from, "worker 3, pid 1234"; what its errors say of themselves.
    /// Lifetime: `origin`, until the message is read.
    void set_origin(const std::string& origin) noexcept { origin_ = origin; }
    void set_origin(std::string&&) = delete;
    [[nodiscard]] std::string_view origin() const noexcept { return origin_; }

    /// Throws: wire_error "`what`".
    [[noreturn]] static void fail(const std::string& what) { throw wire_error(what); }

    /// For the codec: levels of values within values.
    [[nodiscard]] unsigned& levels() noexcept { return levels_; }

private:
    void refill();
    void copy_pieces(std::span<std::byte> into);
    void skip_pieces(std::uint64_t size);
    [[noreturn]] void too_long(std::uint64_t count) const;
    [[noreturn]] void cut_short(std::uint64_t wanted) const;

    wire_source& source_;
    std::span<const std::byte> piece_;
    std::uint64_t beyond_;   // bytes of the message after piece_
    unsigned levels_ = 0;
    std::string_view origin_;
};

}  // namespace troika
