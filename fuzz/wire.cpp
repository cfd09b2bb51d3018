// SPDX-License-Identifier: MIT
// A message of noise is an error or a value; a value that was read is written as it was read.
#include <troika/base/check.hpp>
#include <troika/proc/wire_codec.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace {

using namespace troika;

struct node {
    std::uint8_t value = 0;
    std::vector<node> children;
    std::unique_ptr<node> next;
};

struct everything {
    std::string name;
    std::vector<std::uint32_t> numbers;
    std::u16string wide;
    std::vector<std::array<std::uint16_t, 3>> triples;
    std::vector<std::optional<std::string>> words;
    std::map<std::uint8_t, std::variant<bool, std::string, std::vector<bool>>> options;
    std::set<std::string> set;
    std::unordered_map<std::uint8_t, std::monostate> table;
    node tree;
};

/// Pieces in memory of their own, so that a sanitizer sees a look beyond; the first byte of the
/// input seeds the cuts.
class cut_source final : public wire_source {
public:
    cut_source(std::span<const std::byte> message, std::uint32_t seed)
        : message_(message), dice_(seed) {}
    std::span<const std::byte> more() override {
        dice_ = dice_ * 1'664'525u + 1'013'904'223u;
        piece_.assign(message_.begin(),
                      message_.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                             1 + (dice_ >> 24) % 32, message_.size())));
        piece_.shrink_to_fit();
        message_ = message_.subspan(piece_.size());
        return piece_;
    }

private:
    std::span<const std::byte> message_;
    std::uint32_t dice_;
    std::vector<std::byte> piece_;
};

std::vector<std::byte> written(const everything& value) {
    wire_writer writer;
    writer.write(value);
    std::vector<std::byte> all;
    for (std::span<const std::byte> piece : writer.segments())
        all.insert(all.end(), piece.begin(), piece.end());
    check(all.size() == writer.size(), "the size is that of the segments");
    return all;
}

everything read(std::span<const std::byte> message, std::uint32_t seed) {
    cut_source source(message, seed);
    wire_reader reader(source, message.size());
    auto value = reader.read<everything>();
    reader.finish();
    return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto input = std::as_bytes(std::span(data, size));
    std::vector<std::byte> first;
    try {
        first = written(read(input.subspan(1), data[0]));
    } catch (const wire_error&) {
        return 0;
    }
    // Noise may hold a set in disorder or twice the same key: once written, all is in order.
    const std::vector<std::byte> second = written(read(first, data[0] + 1u));
    check(first.size() == second.size(), "what was written is read as it was");
    return 0;
}
