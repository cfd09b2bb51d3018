// SPDX-License-Identifier: MIT
#include "http/coding.hpp"

#include <cstdint>
#include <new>

#include <brotli/decode.h>

namespace troika::http {

namespace {

class brotli_coding final : public coding {
public:
    // As it is made it refuses the windows of more than 16 MiB, which RFC 7932 does not know.
    brotli_coding() : decoder_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (!decoder_) throw std::bad_alloc();
    }

    progress step(std::span<const std::byte> input, std::span<std::byte> output) override {
        if (ended_) {
            if (!input.empty()) refuse("bytes follow its end");
            return {};
        }
        std::size_t input_left = input.size();
        std::size_t output_left = output.size();
        auto next_in = reinterpret_cast<const std::uint8_t*>(input.data());
        auto next_out = reinterpret_cast<std::uint8_t*>(output.data());
        const BrotliDecoderResult result = BrotliDecoderDecompressStream(
            decoder_.get(), &input_left, &next_in, &output_left, &next_out, nullptr);
        if (result == BROTLI_DECODER_RESULT_ERROR) {
            const BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(decoder_.get());
            if (code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES)
                throw std::bad_alloc();
            refuse(BrotliDecoderErrorString(code));
        }
        ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
        const progress made{input.size() - input_left, output.size() - output_left};
        began_ = began_ || made.consumed > 0;
        return made;
    }
    bool is_whole() const noexcept override { return !began_ || ended_; }
    std::string_view name() const noexcept override { return "br"; }

private:
    struct destroyer {
        void operator()(BrotliDecoderState* decoder) const noexcept {
            BrotliDecoderDestroyInstance(decoder);
        }
    };

    std::unique_ptr<BrotliDecoderState, destroyer> decoder_;
    bool began_ = false;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<coding> make_brotli_coding() { return std::make_unique<brotli_coding>(); }

}  // namespace troika::http
