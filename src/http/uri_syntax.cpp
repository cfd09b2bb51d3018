// SPDX-License-Identifier: MIT
#include "http/uri_syntax.hpp"

#include "http/percent_bytes.hpp"

namespace troika::http {

uri_parts split_uri(std::string_view text) noexcept {
    uri_parts parts;
    if (const std::size_t hash = text.find('#'); hash != text.npos) {
        parts.fragment = text.substr(hash + 1);
        text = text.substr(0, hash);
    }
    if (const std::size_t mark = text.find('?'); mark != text.npos) {
        parts.query = text.substr(mark + 1);
        text = text.substr(0, mark);
    }
    if (const std::size_t end = text.find_first_of(":/"); end != text.npos && text[end] == ':') {
        parts.scheme = text.substr(0, end);
        text = text.substr(end + 1);
    }
    if (text.starts_with("//")) {
        const std::size_t slash = text.find('/', 2);
        parts.authority = text.substr(2, slash == text.npos ? slash : slash - 2);
        text = slash == text.npos ? text.substr(text.size()) : text.substr(slash);
    }
    parts.path = text;
    return parts;
}

std::string join_uri(const uri_parts& parts) {
    std::string text;
    if (parts.scheme) text.append(*parts.scheme) += ':';
    if (parts.authority)
        text.append("//").append(*parts.authority);
    else if (parts.path.starts_with("//"))
        text += "/.";
    text.append(parts.path);
    if (parts.query) (text += '?').append(*parts.query);
    if (parts.fragment) (text += '#').append(*parts.fragment);
    return text;
}

std::string remove_dot_segments(std::string_view path) {
    std::string kept;
    kept.reserve(path.size());
    const auto drop_last_segment = [&kept] {
        const std::size_t slash = kept.rfind('/');
        kept.resize(slash == kept.npos ? 0 : slash);
    };
    // Each branch names the step of the specification.
    while (!path.empty()) {
        if (path.starts_with("../")) {   // A
            path.remove_prefix(3);
        } else if (path.starts_with("./")) {
            path.remove_prefix(2);
        } else if (path.starts_with("/./")) {   // B
            path.remove_prefix(2);
        } else if (path == "/.") {
            path = "/";
        } else if (path.starts_with("/../")) {   // C
            path.remove_prefix(3);
            drop_last_segment();
        } else if (path == "/..") {
            path = "/";
            drop_last_segment();
        } else if (path == "." || path == "..") {   // D
            path = {};
        } else {   // E
            const std::size_t end = path.find('/', 1);
            kept.append(path.substr(0, end));
            path = end == path.npos ? std::string_view{} : path.substr(end);
        }
    }
    return kept;
}

std::string merge_paths(const uri_parts& base, std::string_view path) {
    if (base.authority && base.path.empty()) return std::string("/").append(path);
    const std::size_t slash = base.path.rfind('/');
    if (slash == base.path.npos) return std::string(path);
    return std::string(base.path.substr(0, slash + 1)).append(path);
}

std::string normalized_encoding(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int byte = percent_triplet(text.substr(i));
        if (byte < 0) {
            plain += text[i];
            continue;
        }
        if (unreserved.contains(static_cast<char>(byte)))
            plain += static_cast<char>(byte);
        else
            append_percent_encoded(plain, static_cast<char>(byte));
        i += 2;
    }
    return plain;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = to_lower(c);
    return lower;
}

std::uint16_t default_port(std::string_view scheme) noexcept {
    if (equals_ignoring_case(scheme, "http")) return 80;
    if (equals_ignoring_case(scheme, "https")) return 443;
    return 0;
}

}  // namespace troika::http
