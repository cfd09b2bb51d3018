// SPDX-License-Identifier: MIT
#include <troika/http/headers.hpp>

#include <troika/http/error.hpp>

#include "http/ascii.hpp"
#include "http/header_builder.hpp"
#include "http/quoted.hpp"

#include <functional>
#include <utility>

namespace troika::http {

namespace {

constexpr std::string_view separator = ": ";
constexpr std::string_view line_end = "\r\n";

bool points_into(const std::string& whole, std::string_view part) {
    const std::less<const char*> before;
    return !before(part.data(), whole.data()) && before(part.data(), whole.data() + whole.size());
}

}  // namespace

void headers::add(std::string_view name, std::string_view value) {
    value = trimmed(value);
    if (!is_token(name))
        throw http_error(errc::invalid_header_name,
                         "the header name " + quoted(name) +
                             " is not allowed; use letters, digits and -, as in Content-Type");
    if (!is_header_value(value))
        throw http_error(errc::invalid_header_value,
                         "the value of the header " + std::string(name) +
                             " holds a control character; remove line ends and the like");
    if (entries_.size() >= count_max)
        throw http_error(errc::too_many_headers, "a message has at most " +
                                                     std::to_string(count_max) +
                                                     " headers; send fewer");
    const std::size_t bytes = name.size() + separator.size() + value.size() + line_end.size();
    if (bytes > bytes_max - text_.size())
        throw http_error(errc::headers_too_large, "the headers of a message take at most " +
                                                      std::to_string(bytes_max) +
                                                      " bytes; send less");
    // A caller may hand back what get() gave it, which the growing buffer would pull away.
    if (points_into(text_, name) || points_into(text_, value))
        return add(std::string(name), std::string(value));
    const entry added{static_cast<std::uint32_t>(text_.size()),
                      static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())};
    text_.reserve(text_.size() + bytes);   // what can throw comes before what changes
    entries_.push_back(added);
    text_.append(name).append(separator).append(value).append(line_end);
}

void headers::set(std::string_view name, std::string_view value) {
    headers changed = *this;   // so that a refused value leaves the old one
    const std::string kept_name(name);
    changed.remove(kept_name);
    changed.add(kept_name, value);
    *this = std::move(changed);
}

std::size_t headers::remove(std::string_view name) {
    std::string text;
    std::vector<entry> entries;
    for (const entry& each : entries_) {
        const std::string_view line(text_.data() + each.at, each.name_size + each.value_size + 4);
        if (equals_ignoring_case(line.substr(0, each.name_size), name)) continue;
        entry moved = each;
        moved.at = static_cast<std::uint32_t>(text.size());
        entries.push_back(moved);
        text.append(line);
    }
    const std::size_t removed = entries_.size() - entries.size();
    if (removed == 0) return 0;
    text_ = std::move(text);
    entries_ = std::move(entries);
    return removed;
}

void headers::clear() noexcept {
    text_.clear();
    entries_.clear();
}

headers::field headers::operator[](std::size_t index) const noexcept {
    const entry& at = entries_[index];
    const char* name = text_.data() + at.at;
    return {{name, at.name_size}, {name + at.name_size + separator.size(), at.value_size}};
}

std::optional<std::string_view> headers::get(std::string_view name) const noexcept {
    for (const entry& each : entries_) {
        if (each.name_size != name.size()) continue;
        const char* at = text_.data() + each.at;
        if (equals_ignoring_case({at, each.name_size}, name))
            return std::string_view(at + each.name_size + separator.size(), each.value_size);
    }
    return std::nullopt;
}

std::vector<std::string_view> headers::get_all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const field& each : *this)
        if (equals_ignoring_case(each.name, name)) values.push_back(each.value);
    return values;
}

bool headers::has_token(std::string_view name, std::string_view token) const noexcept {
    for (const field& each : *this) {
        if (!equals_ignoring_case(each.name, name)) continue;
        for (std::string_view rest = each.value; !rest.empty();)
            if (equals_ignoring_case(take_list_member(rest), token)) return true;
    }
    return false;
}

bool headers::operator==(const headers& other) const noexcept {
    if (size() != other.size()) return false;
    for (std::size_t i = 0; i < size(); ++i) {
        const field mine = (*this)[i];
        const field its = other[i];
        if (!equals_ignoring_case(mine.name, its.name) || mine.value != its.value) return false;
    }
    return true;
}

}  // namespace troika::http
