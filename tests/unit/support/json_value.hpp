// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace troika::testing_support {

/// A JSON text, taken as strictly as RFC 8259 allows: for looking at what we write.
struct json_value {
    enum class kind { null, boolean, number, text, list, object };

    kind what = kind::null;
    bool truth = false;
    double number = 0;
    std::string text;
    std::vector<json_value> list;
    std::map<std::string, json_value> object;

    [[nodiscard]] bool has(const std::string& key) const { return object.contains(key); }
    /// Throws: std::out_of_range.
    [[nodiscard]] const json_value& operator[](const std::string& key) const {
        return object.at(key);
    }

    /// Throws: std::runtime_error saying where it is not JSON.
    static json_value parse(std::string_view source) {
        parser from{source, 0};
        json_value value = from.value(0);
        from.blanks();
        if (from.at != source.size()) from.fail("something follows");
        return value;
    }

private:
    struct parser {
        std::string_view source;
        std::size_t at;

        [[noreturn]] void fail(const char* why) const {
            throw std::runtime_error("no JSON at " + std::to_string(at) + ": " + why + ": " +
                                     std::string(source.substr(at, 40)));
        }
        [[nodiscard]] char peek() const { return at < source.size() ? source[at] : '\0'; }
        char take() {
            if (at == source.size()) fail("it ends");
            return source[at++];
        }
        void blanks() {
            while (at < source.size() && std::string_view(" \t\r\n").find(source[at]) !=
                                             std::string_view::npos)
                ++at;
        }
        void word(std::string_view expected) {
            if (source.substr(at, expected.size()) != expected) fail("an unknown word");
            at += expected.size();
        }
        json_value value(int depth) {
            if (depth > 100) fail("too deep");
            blanks();
            json_value result;
            switch (peek()) {
                case '{': object(result, depth); break;
                case '[': list(result, depth); break;
                case '"':
                    result.what = kind::text;
                    result.text = text();
                    break;
                case 't': word("true"); result.what = kind::boolean; result.truth = true; break;
                case 'f': word("false"); result.what = kind::boolean; break;
                case 'n': word("null"); break;
                default: number(result); break;
            }
            return result;
        }
        void object(json_value& into, int depth) {
            into.what = kind::object;
            take();
            blanks();
            if (peek() == '}') {
                take();
                return;
            }
            for (;;) {
                blanks();
                const std::string key = text();
                blanks();
                if (take() != ':') fail("no colon");
                if (!into.object.emplace(key, value(depth + 1)).second) fail("a key twice");
                blanks();
                const char next = take();
                if (next == '}') return;
                if (next != ',') fail("no comma");
            }
        }
        void list(json_value& into, int depth) {
            into.what = kind::list;
            take();
            blanks();
            if (peek() == ']') {
                take();
                return;
            }
            for (;;) {
                into.list.push_back(value(depth + 1));
                blanks();
                const char next = take();
                if (next == ']') return;
                if (next != ',') fail("no comma");
            }
        }
        std::string text() {
            if (take() != '"') fail("no text");
            std::string result;
            for (;;) {
                const char c = take();
                if (c == '"') break;
                if (static_cast<unsigned char>(c) < 0x20) fail("a control character");
                if (c != '\\') {
                    result += c;
                    continue;
                }
                const char escaped = take();
                if (escaped != '"' && escaped != '\\') fail("an escape that we do not write");
                result += escaped;
            }
            require_utf8(result);
            return result;
        }
        void require_utf8(std::string_view text) const {
            for (std::size_t i = 0; i < text.size();) {
                const auto lead = static_cast<unsigned char>(text[i]);
                const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
                if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || i + size > text.size())
                    fail("no UTF-8");
                for (std::size_t k = 1; k < size; ++k)
                    if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) fail("no UTF-8");
                i += size;
            }
        }
        void number(json_value& into) {
            const std::size_t begin = at;
            if (peek() == '-') ++at;
            digits();
            if (peek() == '.') {
                ++at;
                digits();
            }
            into.what = kind::number;
            const std::string all(source.substr(begin, at - begin));
            const std::size_t first = all.front() == '-' ? 1 : 0;
            if (all.size() > first + 1 && all[first] == '0' && all[first + 1] != '.')
                fail("a leading zero");
            into.number = std::strtod(all.c_str(), nullptr);
        }
        void digits() {
            const std::size_t begin = at;
            while (peek() >= '0' && peek() <= '9') ++at;
            if (at == begin) fail("no value");
        }
    };
};

}  // namespace troika::testing_support
