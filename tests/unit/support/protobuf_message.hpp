// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace troika::testing_support {

/// The fields of a protocol buffer's message, in their order: for looking at what we write.
class protobuf_message {
public:
    struct field {
        std::uint32_t number = 0;
        unsigned type = 0;          // 0 varint, 1 of eight bytes, 2 bytes
        std::uint64_t value = 0;
        std::string_view bytes;
    };

    /// Lifetime: `bytes`. Throws: std::runtime_error where it is none.
    explicit protobuf_message(std::string_view bytes) : left_(bytes) {
        while (!left_.empty()) {
            const std::uint64_t key = varint();
            field one{static_cast<std::uint32_t>(key >> 3), static_cast<unsigned>(key & 7), 0, {}};
            if (one.number == 0) throw std::runtime_error("a field with number 0");
            switch (one.type) {
                case 0: one.value = varint(); break;
                case 1:
                    for (unsigned i = 0; i < 8; ++i)
                        one.value |= std::uint64_t{static_cast<unsigned char>(left_.at(i))}
                                     << 8 * i;
                    left_.remove_prefix(8);
                    break;
                case 2: {
                    const std::uint64_t size = varint();
                    if (size > left_.size()) throw std::runtime_error("a field is cut off");
                    one.bytes = left_.substr(0, size);
                    left_.remove_prefix(size);
                    break;
                }
                default: throw std::runtime_error("an unknown type of field");
            }
            fields_.push_back(one);
        }
    }

    [[nodiscard]] const std::vector<field>& fields() const noexcept { return fields_; }
    [[nodiscard]] bool has(std::uint32_t number) const { return find(number) != nullptr; }
    /// The value of a field; 0 where there is none.
    [[nodiscard]] std::uint64_t value(std::uint32_t number) const {
        const field* const found = find(number);
        return found == nullptr ? 0 : found->value;
    }
    [[nodiscard]] std::string text(std::uint32_t number) const {
        const field* const found = find(number);
        return found == nullptr ? std::string() : std::string(found->bytes);
    }
    [[nodiscard]] protobuf_message message(std::uint32_t number) const {
        const field* const found = find(number);
        return protobuf_message(found == nullptr ? std::string_view() : found->bytes);
    }
    [[nodiscard]] std::vector<std::uint64_t> values(std::uint32_t number) const {
        std::vector<std::uint64_t> all;
        for (const field& one : fields_)
            if (one.number == number) all.push_back(one.value);
        return all;
    }

private:
    [[nodiscard]] const field* find(std::uint32_t number) const {
        for (const field& one : fields_)
            if (one.number == number) return &one;
        return nullptr;
    }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 70; shift += 7) {
            const auto next = static_cast<unsigned char>(left_.at(0));
            left_.remove_prefix(1);
            value |= std::uint64_t{next & 0x7fu} << shift;
            if (next < 0x80) return value;
        }
        throw std::runtime_error("a number without an end");
    }

    std::string_view left_;
    std::vector<field> fields_;
};

}  // namespace troika::testing_support
