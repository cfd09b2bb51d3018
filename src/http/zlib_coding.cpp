// SPDX-License-Identifier: MIT
#include "http/coding.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <new>

#include <zlib.h>

namespace troika::http {

namespace {

// What zlib's parameter for the window means besides its size.
constexpr int window_bits_max = 15;
constexpr int gzip_wrapper = window_bits_max + 16;
constexpr int zlib_wrapper = window_bits_max;
constexpr int no_wrapper = -window_bits_max;

// One inflater. It points into itself, so it stays where it is.
class inflater {
public:
    explicit inflater(int window_bits) {
        if (inflateInit2(&stream_, window_bits) != Z_OK) throw std::bad_alloc();
    }
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;
    ~inflater() { inflateEnd(&stream_); }

    coding::progress step(std::span<const std::byte> input, std::span<std::byte> output) {
        // zlib refuses a null pointer for room that is empty.
        std::byte nowhere{};
        const std::size_t offered = std::min<std::size_t>(input.size(), UINT_MAX);
        const std::size_t room = std::min<std::size_t>(output.size(), UINT_MAX);
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));
        stream_.avail_in = static_cast<uInt>(offered);
        stream_.next_out = reinterpret_cast<Bytef*>(output.empty() ? &nowhere : output.data());
        stream_.avail_out = static_cast<uInt>(room);
        status_ = inflate(&stream_, Z_NO_FLUSH);
        if (status_ == Z_MEM_ERROR) throw std::bad_alloc();
        return {offered - stream_.avail_in, room - stream_.avail_out};
    }

    bool ended() const noexcept { return status_ == Z_STREAM_END; }

    // Returns: what is wrong with the input; nothing where that is fine.
    std::string_view problem() const noexcept {
        if (status_ == Z_OK || status_ == Z_BUF_ERROR || status_ == Z_STREAM_END) return {};
        if (status_ == Z_NEED_DICT) return "it needs a dictionary";
        return stream_.msg ? stream_.msg : "it cannot be decoded";
    }

    void reset() {
        inflateReset(&stream_);
        status_ = Z_OK;
    }

private:
    z_stream stream_{};
    int status_ = Z_OK;
};

class gzip_coding final : public coding {
public:
    progress step(std::span<const std::byte> input, std::span<std::byte> output) override {
        if (inflater_.ended()) {
            if (input.empty()) return {};
            inflater_.reset();   // another member
        }
        const progress made = inflater_.step(input, output);
        if (const auto problem = inflater_.problem(); !problem.empty()) refuse(problem);
        began_ = began_ || made.consumed > 0;
        return made;
    }
    bool is_whole() const noexcept override { return !began_ || inflater_.ended(); }
    std::string_view name() const noexcept override { return "gzip"; }

private:
    inflater inflater_{gzip_wrapper};
    bool began_ = false;
};

// The standard says zlib's format; some servers send what is within it. The first two bytes tell:
// as raw deflate, those of zlib would begin a stored block with wrong padding.
class deflate_coding final : public coding {
public:
    progress step(std::span<const std::byte> input, std::span<std::byte> output) override {
        progress made;
        while (head_size_ < head_.size() && made.consumed < input.size())
            head_[head_size_++] = input[made.consumed++];
        if (head_size_ < head_.size()) return made;
        if (!inflater_)
            inflater_ = std::make_unique<inflater>(is_zlib() ? zlib_wrapper : no_wrapper);
        if (head_used_ < head_.size()) {
            const progress first = feed(std::span(head_).subspan(head_used_), output);
            head_used_ += first.consumed;
            made.produced = first.produced;
            if (head_used_ < head_.size() && !inflater_->ended()) return made;
        }
        const progress rest = feed(input.subspan(made.consumed), output.subspan(made.produced));
        return {made.consumed + rest.consumed, made.produced + rest.produced};
    }
    bool is_whole() const noexcept override {
        return head_size_ == 0 || (inflater_ && inflater_->ended());
    }
    std::string_view name() const noexcept override { return "deflate"; }

private:
    bool is_zlib() const noexcept {
        const unsigned first = std::to_integer<unsigned>(head_[0]);
        const unsigned second = std::to_integer<unsigned>(head_[1]);
        return (first & 15) == Z_DEFLATED && (first * 256 + second) % 31 == 0;
    }

    progress feed(std::span<const std::byte> input, std::span<std::byte> output) {
        if (inflater_->ended()) {
            if (!input.empty()) refuse("bytes follow its end");
            return {};
        }
        const progress made = inflater_->step(input, output);
        if (const auto problem = inflater_->problem(); !problem.empty()) refuse(problem);
        if (inflater_->ended() && made.consumed < input.size()) refuse("bytes follow its end");
        return made;
    }

    std::array<std::byte, 2> head_{};
    std::size_t head_size_ = 0;
    std::size_t head_used_ = 0;
    std::unique_ptr<inflater> inflater_;
};

}  // namespace

std::unique_ptr<coding> make_gzip_coding() { return std::make_unique<gzip_coding>(); }

std::unique_ptr<coding> make_deflate_coding() { return std::make_unique<deflate_coding>(); }

}  // namespace troika::http
