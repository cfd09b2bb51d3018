// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <zlib.h>
#include <zstd.h>

namespace troika::http::testing {

enum class wrapper : int { gzip = 15 + 16, zlib = 15, none = -15 };

inline std::string deflated(std::string_view text, wrapper form) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, static_cast<int>(form), 9, Z_DEFAULT_STRATEGY),
              Z_OK);
    std::string packed(deflateBound(&stream, text.size()), '\0');
    std::string source(text);
    stream.next_in = reinterpret_cast<Bytef*>(source.data());
    stream.avail_in = static_cast<uInt>(source.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(packed.size() - stream.avail_out);
    deflateEnd(&stream);
    return packed;
}

inline std::string gzipped(std::string_view text) { return deflated(text, wrapper::gzip); }

/// `window_bits`: 0 for as many as the text needs.
inline std::string zstd_packed(std::string_view text, int window_bits = 0) {
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_bits);
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    ZSTD_outBuffer out{packed.data(), packed.size(), 0};
    // Told at once that this is all, the encoder makes the window as small as the text.
    if (window_bits != 0) ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
    EXPECT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0u);
    packed.resize(out.pos);
    ZSTD_freeCCtx(context);
    return packed;
}

inline std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

// Made with the encoder of brotli, which the library does not need.
inline const std::string br_hello =   // "hello hello hello, world"
    from_hex("1b1700f88dd44ef9c3505465680dc2c2f6a62681a70e30a1d52001");
inline const std::string br_zeros = from_hex("9bff083df82700e2b1402017a007");   // 4'000'000 of them

}  // namespace troika::http::testing
