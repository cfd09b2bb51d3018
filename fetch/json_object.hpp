// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace troika::fetch {

/// Appends `text`, arbitrary bytes, as a JSON string with its quotes. Bytes that are not UTF-8
/// become U+FFFD; characters that could deceive a reader of the line or command his terminal are
/// escaped.
void append_json(std::string& to, std::string_view text);

/// Writes one JSON object on one line, field by field.
class json_object {
public:
    json_object& add(std::string_view name, std::string_view value);
    json_object& add(std::string_view name, const char* value) {
        return add(name, std::string_view(value));
    }
    json_object& add(std::string_view name, bool value);
    /// A number that is not finite becomes null, as JSON has none.
    json_object& add(std::string_view name, double value);
    template <std::unsigned_integral Number>
    json_object& add(std::string_view name, Number value) {
        return add_number(name, value);
    }
    json_object& add(std::string_view name, int value);

    /// Returns: the object and a line end. Nothing can be added after it.
    [[nodiscard]] std::string line() &&;

private:
    json_object& add_number(std::string_view name, std::uint64_t value);
    void begin(std::string_view name);

    std::string text_ = "{";
};

}  // namespace troika::fetch
