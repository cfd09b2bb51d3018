// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::http {

/// The name that a server gives to one state of a resource (an ETag header): strong names promise
/// the same bytes, weak ones only the same meaning.
///
/// Source: RFC 9110, section 8.8.3.
struct entity_tag {
    std::string opaque;   // without quotes
    bool weak = false;

    /// Returns: as it goes into a header, `"abc"` or `W/"abc"`.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const entity_tag&, const entity_tag&) = default;
};

/// Returns: whether both are strong and the same: byte for byte the same file.
[[nodiscard]] bool same_bytes(const entity_tag& a, const entity_tag& b) noexcept;
/// Returns: whether they are the same, weak or not.
[[nodiscard]] bool same_meaning(const entity_tag& a, const entity_tag& b) noexcept;

/// Returns: the tag that `value` is, exactly.
[[nodiscard]] std::optional<entity_tag> parse_entity_tag(std::string_view value);

/// A list of tags longer than this is not read.
inline constexpr std::size_t entity_tags_max = 64;

/// The value of If-Match or If-None-Match: any state at all (`*`), or one of these.
struct entity_tag_list {
    bool any = false;
    std::vector<entity_tag> tags;
};

/// Returns: the list; nothing where it is malformed or longer than entity_tags_max.
[[nodiscard]] std::optional<entity_tag_list> parse_entity_tag_list(std::string_view value);

/// What a server knows about the state that it would send.
struct validators {
    std::optional<entity_tag> tag;
    std::optional<std::chrono::sys_seconds> last_modified;
};

/// Returns: whether If-Match lets the request pass (otherwise 412). `exists`: whether there is
/// anything to send. A header that cannot be read lets nothing pass.
[[nodiscard]] bool if_match_passes(std::string_view value, const validators& current, bool exists);

/// Returns: whether If-None-Match lets the request pass (otherwise 304 for GET and HEAD, else 412).
/// A header that cannot be read is ignored.
[[nodiscard]] bool if_none_match_passes(std::string_view value, const validators& current,
                                        bool exists);

/// Returns: whether If-Range still names the current state, so that the Range may be served; it
/// must be the same bytes, or exactly the same date.
[[nodiscard]] bool if_range_passes(std::string_view value, const validators& current,
                                   std::chrono::sys_seconds now);

}  // namespace troika::http
