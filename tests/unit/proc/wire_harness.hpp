// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/wire_codec.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace troika::testing {

inline std::vector<std::byte> bytes_of(const wire_writer& writer) {
    std::vector<std::byte> all;
    for (std::span<const std::byte> piece : writer.segments())
        all.insert(all.end(), piece.begin(), piece.end());
    EXPECT_EQ(all.size(), writer.size());
    return all;
}

template <class T>
std::vector<std::byte> message(const T& value) {
    wire_writer writer;
    writer.write(value);
    return bytes_of(writer);
}

/// Gives a message in pieces, each in memory of its own, so that a sanitizer sees a look beyond.
class cut_source final : public wire_source {
public:
    cut_source(std::span<const std::byte> message, std::size_t piece_bytes)
        : message_(message), piece_bytes_(piece_bytes) {}

    std::span<const std::byte> more() override {
        const std::size_t size = std::min(piece_bytes_, message_.size());
        piece_ = std::make_unique_for_overwrite<std::byte[]>(size);
        std::copy_n(message_.begin(), size, piece_.get());
        message_ = message_.subspan(size);
        return {piece_.get(), size};
    }

private:
    std::span<const std::byte> message_;
    std::size_t piece_bytes_;
    std::unique_ptr<std::byte[]> piece_;
};

inline const std::vector<std::size_t> piece_sizes{1, 3, 7, 4096, std::size_t{1} << 40};

template <class T>
T read_cut(std::span<const std::byte> message, std::size_t piece_bytes) {
    cut_source source(message, piece_bytes);
    wire_reader reader(source, message.size());
    T value = reader.read<T>();
    reader.finish();
    return value;
}

/// Writes `value` and reads it again, whole and in pieces, and hands what was read to `check`.
template <class T, class Check>
void expect_crossing(const T& value, Check&& check) {
    static_assert(crossable<T>);
    const std::vector<std::byte> sent = message(value);
    for (std::size_t piece : piece_sizes) {
        SCOPED_TRACE(piece);
        check(read_cut<T>(sent, piece));
    }
}

template <class T>
void expect_same(const T& value) {
    expect_crossing(value, [&](const T& read) { EXPECT_TRUE(read == value); });
}

}  // namespace troika::testing
