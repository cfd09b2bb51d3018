// SPDX-License-Identifier: MIT
#include "fetch/plan.hpp"

#include "fetch/printable.hpp"
#include "fetch/safe_name.hpp"
#include "fetch/utf8.hpp"

#include <functional>

namespace troika::fetch {
namespace {

bool has_deceptive(std::string_view text) noexcept {
    while (!text.empty()) {
        const utf8_step step = decode_utf8(text);
        if (step.valid && is_deceptive(step.code_point)) return true;
        text.remove_prefix(step.size);
    }
    return false;
}

void check_out(std::string_view out) {
    const auto refuse = [&](const std::string& what) {
        throw failure(cause::usage, "out=" + printable(out) + ": " + what);
    };
    if (out.starts_with('/')) refuse("write a name below the directory of -d, without a leading /");
    if (has_deceptive(out)) refuse("the name holds a control or an invisible character");
    for (std::string_view rest = out;;) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        if (part.empty() || part == "." || part == "..")
            refuse("write a name below the directory of -d, without empty parts, . and ..");
        if (part.size() > name_bytes_max - suffix_bytes_max)
            refuse("the name is longer than " + std::to_string(name_bytes_max - suffix_bytes_max) +
                   " bytes");
        if (part.size() == rest.size()) return;
        rest.remove_prefix(part.size() + 1);
    }
}

}  // namespace

std::string target_path(std::string_view directory, const list_entry& entry) {
    if (entry.out.empty()) return join_path(directory, safe_name_of_url(entry.url));
    check_out(entry.out);
    return join_path(directory, entry.out);
}

std::string join_path(std::string_view directory, std::string_view name) {
    std::string path(directory);
    if (!path.empty() && !path.ends_with('/')) path += '/';
    return path.append(name);
}

bool target_names::claim(const std::string& path) {
    if (taken(path)) return false;
    for (const std::string_view suffix : {part_suffix, journal_suffix}) {
        if (taken(path + std::string(suffix))) return false;
        if (path.ends_with(suffix) && taken(path.substr(0, path.size() - suffix.size())))
            return false;
    }
    active_.insert(path);
    return true;
}

void target_names::end(const std::string& path) {
    if (active_.erase(path) != 0 && ended_.size() < remembered_max)
        ended_.insert(std::hash<std::string>{}(path));
}

bool target_names::taken(const std::string& path) const {
    return active_.contains(path) || ended_.contains(std::hash<std::string>{}(path));
}

failure same_name_failure(std::string_view url, std::string_view path) {
    return {cause::usage,
            "get " + printable(redacted(url)) + ": another URL of this run is called " +
                printable(path) +
                " as well; name it with out=NAME in a list, or keep both with --rename"};
}

}  // namespace troika::fetch
