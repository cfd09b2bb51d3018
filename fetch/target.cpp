// SPDX-License-Identifier: MIT
#include "fetch/target.hpp"

#include "fetch/part_file.hpp"
#include "fetch/printable.hpp"
#include "fetch/safe_name.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/http/content_disposition.hpp>
#include <troika/io/offload.hpp>

#include <chrono>

namespace troika::fetch {

namespace {

// The file that is there, under the name that the download has in the end.
task<std::optional<os::file_status>> look(const std::string& path) {
    auto at = [&path] { return look_at(path); };
    co_return co_await io::offload("look for file", at);
}

task<void> take_free_number(download& what, target_names& taken) {
    const std::string plain = what.path;
    bool there = true;
    for (std::uint32_t number = 1; there; ++number) {
        const std::string next = numbered_name(plain, number);
        if (!taken.claim(next)) continue;
        taken.end(what.path);
        what.path = next;
        const std::optional<os::file_status> found = co_await look(what.path);
        there = found.has_value();
    }
}

void require_regular(const os::file_status& there, const std::string& path) {
    if (there.type == os::file_type::regular) return;
    throw failure(cause::file, printable(path) +
                                   " is there and is no regular file: remove it, or choose another "
                                   "name with -o");
}

}  // namespace

bool target::settle(const answer& theirs, const std::string& path, const get_options& options) {
    if (theirs.what == answer::kind::unchanged) return true;
    const bool same_time =
        theirs.modified &&
        *theirs.modified == std::chrono::floor<std::chrono::seconds>(existing->modified);
    const bool same_tag = entity_tag.empty() || entity_tag == theirs.entity_tag;
    if (theirs.size == existing->size && same_time && same_tag) return true;
    if (options.existing == existing_file::keep_if_same)
        throw failure(cause::file,
                      printable(path) +
                          " is there and differs: use --overwrite, --rename or --if-changed");
    existing.reset();
    replace = true;
    return false;
}

task<void> rename_target(download& what, target& found, const http::headers& fields,
                         const get_options& options, target_names& taken) {
    const auto header = fields.get("Content-Disposition");
    if (!options.remote_name || !header) co_return;
    const auto parsed = http::parse_content_disposition(*header);
    if (!parsed || !parsed->filename) co_return;
    const std::string path = join_path(options.directory, safe_name(*parsed->filename));
    if (path == what.path) co_return;
    if (!taken.claim(path)) throw failure(same_name_failure(what.url, path));
    taken.end(what.path);
    what.path = path;
    const std::optional<os::file_status> there = co_await look(path);
    const bool overwrites = options.existing == existing_file::overwrite ||
                            options.existing == existing_file::renew;
    if (there && !found.replace && !overwrites)
        throw failure(cause::file, printable(path) + " is there: use --overwrite or --rename");
    found.replace = overwrites;
}

task<target> look_for_target(download& what, const get_options& options, existing_names& names,
                             target_names& taken) {
    target found;
    const bool may_exist = co_await names.may_exist(what.path);
    if (!may_exist) co_return found;
    auto at = [&what, &options] {
        const std::optional<os::file_status> status = look_at(what.path);
        if (status && !options.dry_run) remove_stray_journal(what.path);
        return status;
    };
    const std::optional<os::file_status> there = co_await io::offload("look for file", at);
    if (there) {
        switch (options.existing) {
            case existing_file::overwrite:
                require_regular(*there, what.path);
                found.replace = true;
                break;
            case existing_file::keep:
                found.existing = there;
                found.settled = true;
                co_return found;
            case existing_file::rename: co_await take_free_number(what, taken); break;
            case existing_file::renew:
            case existing_file::keep_if_same:
                require_regular(*there, what.path);
                found.existing = there;
                break;
        }
    }
    if (found.existing && what.expected) {
        // What it must be is known: the file itself tells, without asking the server.
        auto digest = [&what] { return digest_of(what.path, what.expected->algorithm()); };
        found.sum = co_await io::offload("verify file", digest);
        found.settled = *found.sum == *what.expected;
        if (found.settled) co_return found;
        if (options.existing == existing_file::keep_if_same)
            throw failure(cause::file,
                          printable(what.path) +
                              " is there with other content: use --overwrite, --rename or "
                              "--if-changed");
        found.existing.reset();
        found.replace = true;
    }
    if (found.existing) {
        auto tag = [&what] { return stored_entity_tag(what.path); };
        found.entity_tag = co_await io::offload("read entity tag", tag);
        co_return found;   // what is asked is whether it changed: whole, or not at all
    }
    const std::optional<os::file_status> part =
        co_await look(what.path + std::string(part_suffix));
    found.has_part = part.has_value();
    co_return found;
}

}  // namespace troika::fetch
