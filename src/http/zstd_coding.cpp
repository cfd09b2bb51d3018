// SPDX-License-Identifier: MIT
#include "http/coding.hpp"

#include <new>

#include <zstd.h>
#include <zstd_errors.h>

namespace troika::http {

namespace {

class zstd_coding final : public coding {
public:
    zstd_coding() : decoder_(ZSTD_createDCtx()) {
        constexpr int window_bits_max = 23;   // RFC 9659: 8 MiB
        if (!decoder_ || ZSTD_isError(ZSTD_DCtx_setParameter(decoder_.get(), ZSTD_d_windowLogMax,
                                                             window_bits_max)))
            throw std::bad_alloc();
    }

    progress step(std::span<const std::byte> input, std::span<std::byte> output) override {
        // The decoder counts calls in which nothing moves, and takes the sixteenth for an error;
        // and a call without input after the end would begin another frame.
        if (output.empty() || (input.empty() && (drained_ || frame_ended_))) return {};
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        ZSTD_outBuffer out{output.data(), output.size(), 0};
        const std::size_t result = ZSTD_decompressStream(decoder_.get(), &out, &in);
        if (ZSTD_isError(result)) {
            const ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
            if (code == ZSTD_error_memory_allocation) throw std::bad_alloc();
            if (code == ZSTD_error_frameParameter_windowTooLarge)
                refuse("it needs a window of more than 8 MiB");
            refuse(ZSTD_getErrorName(result));
        }
        frame_ended_ = result == 0;
        drained_ = out.pos < out.size;
        began_ = began_ || in.pos > 0;
        return {in.pos, out.pos};
    }
    bool is_whole() const noexcept override { return !began_ || frame_ended_; }
    std::string_view name() const noexcept override { return "zstd"; }

private:
    struct destroyer {
        void operator()(ZSTD_DCtx* decoder) const noexcept { ZSTD_freeDCtx(decoder); }
    };

    std::unique_ptr<ZSTD_DCtx, destroyer> decoder_;
    bool began_ = false;
    bool frame_ended_ = false;
    bool drained_ = true;   // nothing is kept back for want of room
};

}  // namespace

std::unique_ptr<coding> make_zstd_coding() { return std::make_unique<zstd_coding>(); }

}  // namespace troika::http
