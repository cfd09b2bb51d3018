// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troika::fetch {

/// The longest name that file systems take, in bytes.
inline constexpr std::size_t name_bytes_max = 255;

/// What a file is called until it is whole, and the note beside it that lets it be resumed.
inline constexpr std::string_view part_suffix = ".part";
inline constexpr std::string_view journal_suffix = ".part.journal";

/// Room that every name leaves for the longest of the suffixes, and for a temporary one after it.
inline constexpr std::size_t suffix_bytes_max = journal_suffix.size() + 1;

/// What a name that nobody gave is called, as in wget.
inline constexpr std::string_view name_default = "index.html";

/// A file name made of `suggestion`, text from a server (the file name of a Content-Disposition),
/// that is safe to create in the user's directory whatever it holds.
///
/// Only what follows the last '/' or '\' is kept; control, direction and invisible characters go,
/// and so do leading dots, dashes and spaces; bytes that are not UTF-8 become U+FFFD. A name longer
/// than `name_bytes_max - suffix_bytes_max` is cut between characters and keeps its extension.
/// Returns: never empty, never "." or "..", at most that long.
[[nodiscard]] std::string safe_name(std::string_view suggestion);

/// The same for the last segment of the path of `url`, percent-decoded if it can be; query and
/// fragment are no part of it. `http://host/` and `http://host/a/` give `index.html`.
[[nodiscard]] std::string safe_name_of_url(std::string_view url);

/// `name` with `.number` before its extension: `a.tar.gz`, 1 → `a.1.tar.gz`. For --rename.
[[nodiscard]] std::string numbered_name(std::string_view name, std::uint32_t number);

}  // namespace troika::fetch
