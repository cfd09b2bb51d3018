// SPDX-License-Identifier: MIT
#include <troika/http/static_files.hpp>

#include <troika/http/date.hpp>
#include <troika/http/entity_tag.hpp>
#include <troika/http/error.hpp>
#include <troika/http/media_type.hpp>
#include <troika/http/percent.hpp>
#include <troika/http/range.hpp>
#include <troika/http/status.hpp>
#include <troika/http/url.hpp>
#include <troika/io/offload.hpp>

#include "http/directory_page.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/open_beneath.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika::http {

namespace {

// A file up to this size is read with the call that opens it, and leaves in one piece with its
// head.
constexpr std::uint64_t small_file_bytes_max = 64 * 1024;
constexpr std::size_t piece_bytes_max = 256 * 1024;
constexpr std::size_t listed_entries_max = 10'000;

/// What stands at a path, found out in one go on a helper thread.
struct found {
    int error = 0;                 // an errno, or 0
    os::fd descriptor;
    os::file_status status;
    std::string name;              // of the file, for its media type
    std::string content;           // of a small file
    bool whole = false;            // content is all of it
    bool is_directory = false;
    std::vector<directory_page_entry> entries;
};

void read_all(found& at) {
    at.content.resize(at.status.size);
    std::size_t done = 0;
    while (done < at.content.size()) {
        const int n = os::read_at(at.descriptor.get(), at.content.data() + done,
                                  static_cast<std::uint32_t>(at.content.size() - done), done);
        if (n < 0) {
            at.error = -n;
            return;
        }
        if (n == 0) break;   // it shrank: that is its size now
        done += static_cast<std::size_t>(n);
    }
    at.content.resize(done);
    at.status.size = done;
    at.whole = true;
}

void list(found& at, const std::string& full_path, bool hidden) {
    std::vector<os::directory_entry> names;
    const int result = os::read_directory(full_path.c_str(), names, listed_entries_max);
    if (result < 0) {
        at.error = -result;
        return;
    }
    for (const os::directory_entry& each : names) {
        if (!hidden && each.name.starts_with('.')) continue;
        os::file_status status;
        if (os::status((full_path + "/" + each.name).c_str(), true, status) < 0) continue;
        const bool folder = status.type == os::file_type::directory;
        if (!folder && status.type != os::file_type::regular) continue;
        at.entries.push_back({each.name, folder, status.size, status.modified});
    }
}

found look(int root, const std::string& root_path, const std::string& path, bool wants_folder,
           const static_files_options& options) {
    found at;
    at.name = path;
    const int opened = os::open_beneath(root, path.empty() ? "." : path.c_str());
    if (opened < 0) {
        at.error = -opened;
        return at;
    }
    at.descriptor.reset(opened);
    if (const int result = os::status(opened, at.status); result < 0) {
        at.error = -result;
        return at;
    }
    if (at.status.type == os::file_type::directory) {
        at.is_directory = true;
        if (!wants_folder) return at;   // to be redirected
        const std::string index = path.empty() ? "index.html" : path + "/index.html";
        if (const int page = os::open_beneath(root, index.c_str()); page >= 0) {
            at.descriptor.reset(page);
            if (os::status(page, at.status) >= 0 && at.status.type == os::file_type::regular) {
                at.is_directory = false;
                at.name = index;
            }
        }
        if (at.is_directory) {
            if (options.listing)
                list(at, path.empty() ? root_path : root_path + "/" + path, options.hidden_files);
            else
                at.error = EACCES;
            return at;
        }
    } else if (at.status.type != os::file_type::regular) {
        at.error = EACCES;
        return at;
    } else if (wants_folder) {
        at.error = ENOTDIR;
        return at;
    }
    if (at.status.size <= small_file_bytes_max) read_all(at);
    return at;
}

/// The path below the root that a request's target names, without slashes at its ends; nothing for
/// one that names no file, whatever the directory holds.
struct wanted {
    std::string path;
    bool folder = false;
};
std::optional<wanted> wanted_of(std::string_view target, bool hidden) {
    std::string_view path = target;
    std::optional<url> absolute;
    if (!path.starts_with('/')) {
        try {
            absolute = url::parse(target);
        } catch (const url_error&) {
            return std::nullopt;
        }
        path = absolute->path();
    }
    path = path.substr(0, path.find('?'));
    const std::optional<std::string> decoded = percent_decode(path);
    if (!decoded || decoded->find('\0') != std::string::npos) return std::nullopt;
    wanted result;
    result.folder = true;
    std::string_view rest = *decoded;
    while (!rest.empty()) {
        const std::size_t end = rest.find('/');
        const std::string_view part = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (part.empty() || part == ".") continue;
        if (part == ".." || (part.starts_with('.') && !hidden)) return std::nullopt;
        if (!result.path.empty()) result.path += '/';
        result.path += part;
        result.folder = end != std::string_view::npos;
    }
    return result;
}

int status_for(int error) noexcept {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
        case EXDEV:
        case ELOOP:
        case ENAMETOOLONG: return status::not_found;
        case EACCES:
        case EPERM: return status::forbidden;
        case EMFILE:
        case ENFILE:
        case ENOMEM: return status::service_unavailable;
        default: return status::internal_server_error;
    }
}

task<void> answer_shortly(responder& answer, int code) {
    answer.fields.set("Content-Type", "text/plain; charset=utf-8");
    const std::string text = std::to_string(code) + " " + std::string(reason_phrase(code)) + "\n";
    co_await answer.send(code, text);
}

validators validators_of(const os::file_status& file) {
    std::string tag;
    const auto time = file.modified.time_since_epoch().count();
    for (const std::uint64_t number : {static_cast<std::uint64_t>(time), file.size, file.inode}) {
        if (!tag.empty()) tag += '-';
        char digits_of[17];
        const auto end = std::to_chars(digits_of, digits_of + sizeof digits_of, number, 16).ptr;
        tag.append(digits_of, end);
    }
    validators current;
    current.tag = entity_tag{std::move(tag), false};
    current.last_modified = std::chrono::floor<std::chrono::seconds>(file.modified);
    return current;
}

/// What the conditions of a request decide. Source: RFC 9110, section 13.2.2.
int decide(const headers& asked, const validators& current, std::chrono::sys_seconds now) {
    if (const auto match = asked.get("If-Match")) {
        if (!if_match_passes(*match, current, true)) return status::precondition_failed;
    } else if (const auto since = asked.get("If-Unmodified-Since")) {
        const auto date = parse_date(*since, now);
        if (date && *current.last_modified > *date) return status::precondition_failed;
    }
    if (const auto none = asked.get("If-None-Match")) {
        if (!if_none_match_passes(*none, current, true)) return status::not_modified;
    } else if (const auto since = asked.get("If-Modified-Since")) {
        const auto date = parse_date(*since, now);
        if (date && *current.last_modified <= *date) return status::not_modified;
    }
    return status::ok;
}

/// Sends the bytes of one range; the head has been begun with a length that counts them.
task<void> send_bytes(responder& answer, const found& file, byte_range range) {
    if (answer.head_only()) co_return;
    if (file.whole) {
        const std::string_view part(file.content);
        co_await answer.write(part.substr(range.first, range.size()));
        co_return;
    }
    std::vector<std::byte> piece(std::min<std::uint64_t>(piece_bytes_max, range.size()));
    for (std::uint64_t at = range.first; at <= range.last;) {
        const auto size = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(piece.size(), range.last - at + 1));
        auto read = [&file, &piece, size, at] {
            return os::read_at(file.descriptor.get(), piece.data(), size, at);
        };
        const int n = co_await io::offload("read", read);
        if (n < 0) os::throw_error(-n, "read", file.name);
        if (n == 0) throw std::runtime_error(file.name + " became shorter while it was sent");
        co_await answer.write(std::span(piece).first(static_cast<std::size_t>(n)));
        at += static_cast<std::uint64_t>(n);
    }
}

task<void> send_parts(responder& answer, const found& file, const std::vector<byte_range>& ranges,
                      std::string_view type, const std::string& tag) {
    // The tag is a name for the file's state, not part of its content, so it may part the parts.
    const std::string boundary = "troika-" + tag;
    std::vector<std::string> heads;
    std::uint64_t length = 0;
    for (const byte_range& range : ranges) {
        std::string head = heads.empty() ? "--" : "\r\n--";
        head += boundary + "\r\nContent-Type: " + std::string(type) +
                "\r\nContent-Range: " + format_content_range(range, file.status.size) + "\r\n\r\n";
        length += head.size() + range.size();
        heads.push_back(std::move(head));
    }
    const std::string end = "\r\n--" + boundary + "--\r\n";
    answer.fields.set("Content-Type", "multipart/byteranges; boundary=" + boundary);
    answer.begin(status::partial_content, length + end.size());
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        co_await answer.write(std::string_view(heads[i]));
        co_await send_bytes(answer, file, ranges[i]);
    }
    co_await answer.write(std::string_view(end));
}

task<void> send_file(server_request& request, responder& answer, const found& file) {
    const auto now = std::chrono::floor<std::chrono::seconds>(os::wall_time());
    const headers& asked = request.head().fields;
    const validators current = validators_of(file.status);
    const std::string_view type = media_type_of(file.name);
    answer.fields.set("ETag", current.tag->to_string());
    // A date in the future would let caches believe that nothing ever changes.
    answer.fields.set("Last-Modified", format_date(std::min(*current.last_modified, now)));
    answer.fields.set("Accept-Ranges", "bytes");
    const int decision = decide(asked, current, now);
    if (decision == status::not_modified) {
        answer.begin(decision);
        co_await answer.finish();
        co_return;
    }
    if (decision != status::ok) {
        co_await answer_shortly(answer, decision);
        co_return;
    }
    range_request wanted_range;
    const auto range = asked.get("Range");
    const auto condition = asked.get("If-Range");
    if (range && request.method() == "GET" &&
        (!condition || if_range_passes(*condition, current, now)))
        wanted_range = parse_range(*range, file.status.size);
    if (wanted_range.answer == range_answer::unsatisfiable) {
        answer.fields.set("Content-Range", unsatisfied_content_range(file.status.size));
        co_await answer_shortly(answer, status::range_not_satisfiable);
        co_return;
    }
    if (wanted_range.ranges.size() > 1) {
        co_await send_parts(answer, file, wanted_range.ranges, type, current.tag->opaque);
        co_return;
    }
    answer.fields.set("Content-Type", type);
    if (wanted_range.answer == range_answer::parts) {
        const byte_range part = wanted_range.ranges.front();
        answer.fields.set("Content-Range", format_content_range(part, file.status.size));
        answer.begin(status::partial_content, part.size());
        co_await send_bytes(answer, file, part);
        co_return;
    }
    if (file.whole) {
        co_await answer.send(status::ok, file.content);
        co_return;
    }
    answer.begin(status::ok, file.status.size);
    co_await send_bytes(answer, file, {0, file.status.size - 1});
}

}  // namespace

class static_files::open_root {
public:
    explicit open_root(const std::filesystem::path& root) : path(root.string()) {
        os::open_options options;
        options.directory = true;
        directory.reset(os::or_throw(os::open_file(path.c_str(), options), "open directory", path));
    }
    std::string path;
    os::fd directory;
};

static_files::static_files(const std::filesystem::path& root, static_files_options options)
    : root_(std::make_unique<open_root>(root)), options_(options) {}

static_files::~static_files() = default;

task<void> static_files::handle(server_request& request, responder& answer) {
    if (request.method() != "GET" && request.method() != "HEAD") {
        answer.fields.set("Allow", "GET, HEAD");
        co_await answer_shortly(answer, status::method_not_allowed);
        co_return;
    }
    const std::optional<wanted> target = wanted_of(request.target(), options_.hidden_files);
    if (!target) {
        co_await answer_shortly(answer, status::not_found);
        co_return;
    }
    auto find = [this, &target] {
        return look(root_->directory.get(), root_->path, target->path, target->folder, options_);
    };
    const found file = co_await io::offload("open", find);
    if (file.error != 0) {
        co_await answer_shortly(answer, status_for(file.error));
    } else if (file.is_directory && !target->folder) {
        // Relative links of a page only work below a slash.
        answer.fields.set("Location", "/" + percent_encode(target->path, "/") + "/");
        co_await answer_shortly(answer, status::moved_permanently);
    } else if (file.is_directory) {
        answer.fields.set("Content-Type", "text/html; charset=utf-8");
        const std::string page = directory_page(target->path, file.entries);
        co_await answer.send(status::ok, page);
    } else {
        co_await send_file(request, answer, file);
    }
}

}  // namespace troika::http
