// SPDX-License-Identifier: MIT
#include "fetch/download_queue.hpp"

#include "fetch/descriptor_io.hpp"
#include "fetch/metalink.hpp"
#include "fetch/printable.hpp"
#include "fetch/safe_name.hpp"
#include "fetch/text_file.hpp"

#include <troika/http/error.hpp>
#include <troika/http/url.hpp>
#include <troika/io/offload.hpp>

#include "os/file.hpp"

#include <algorithm>
#include <array>

namespace troika::fetch {

namespace {
std::string list_name(const get_options& options) {
    return options.list == "-" ? "standard input" : options.list;
}
}  // namespace

download_queue::download_queue(const get_options& options, const session& settings, listener told)
    : options_(options), settings_(settings), told_(std::move(told)), list_(list_name(options)) {}

// Of --checksums. Throws: failure (usage) where the list does not have the file.
std::optional<checksum> download_queue::checksum_for(const download& wanted) const {
    const std::optional<checksum_list>& sums = settings_.checksums();
    if (!sums) return std::nullopt;
    std::string_view name = wanted.path == "-" ? wanted.url : std::string_view(wanted.path);
    const std::string below = join_path(options_.directory, "");
    if (name.starts_with(below)) name.remove_prefix(below.size());
    const auto found = sums->lookup(name);
    if (!found)
        throw failure(cause::usage, printable(name) + " is not in " +
                                        printable(options_.checksums) +
                                        ", or stands there several times");
    return found;
}

void download_queue::refuse(download wanted, const failure& error) {
    ++refusals_;
    wanted.url = redacted(wanted.url);   // it may be shown for want of a name
    told_.refused(wanted, error);
}

void download_queue::accept(list_entry entry) { accept(std::move(entry), download()); }

void download_queue::accept(list_entry entry, download wanted) {
    wanted.id = ++last_id_;
    wanted.url = std::move(entry.url);
    wanted.mirrors = std::move(entry.mirrors);
    wanted.out = entry.out;
    wanted.size = entry.size;
    wanted.expected = entry.expected ? entry.expected : options_.expected;
    std::optional<failure> refused;
    std::string host;
    try {
        const http::url where = http::url::parse(wanted.url, http::url_mode::lenient);
        host = where.origin().to_string();
        if (!where.is_http()) throw scheme_failure(wanted.url, false);
        for (const std::string& mirror : wanted.mirrors)
            if (!http::url::parse(mirror, http::url_mode::lenient).is_http())
                throw scheme_failure(mirror, false);
        if (!options_.output.empty()) {
            wanted.path =
                options_.output == "-" ? "-" : join_path(options_.directory, options_.output);
        } else {
            entry.url = where.text();
            wanted.path = target_path(options_.directory, entry);
        }
        if (!wanted.expected) wanted.expected = checksum_for(wanted);
    } catch (const http::http_error& error) {
        refused = url_failure(wanted.url, error.what());
    } catch (const failure& error) {
        refused = error;
    }
    if (!refused && wanted.path != "-" && !names_.claim(wanted.path)) {
        if (options_.existing == existing_file::rename) {
            const std::string plain = wanted.path;
            for (std::uint32_t number = 1; !names_.claim(wanted.path); ++number)
                wanted.path = numbered_name(plain, number);
        } else {
            refused = same_name_failure(wanted.url, wanted.path);
        }
    }
    if (refused) {
        refuse(wanted, *refused);
        return;
    }
    told_.accepted(wanted);
    pending_.push_back({std::move(wanted), std::move(host)});
}

task<void> download_queue::open_list() {
    list_open_ = true;
    if (options_.list == "-") co_return;
    auto open = [this] { return os::open_file(options_.list.c_str(), {}); };
    const int opened = co_await io::offload("open list", open);
    if (opened < 0)
        throw file_failure("open", options_.list,
                           std::error_code(-opened, std::generic_category()));
    list_file_.reset(opened);
    os::file_status status;
    list_waits_ = os::status(opened, status) < 0 || status.type != os::file_type::regular;
}

// All of it at once: a document has at most metalink_reader::files_max files.
task<void> download_queue::read_metalink() {
    auto read = [this] {
        metalink_reader reader(options_.metalink);
        reader.feed(read_text_file(options_.metalink, metalink_reader::bytes_max));
        return reader.finish();
    };
    const std::vector<metalink_file> files = co_await io::offload("read metalink", read);
    for (const metalink_file& each : files) {
        list_entry entry;
        entry.line = each.line;
        entry.out = safe_name(each.name);
        entry.expected = each.expected;
        entry.size = each.size;
        if (each.urls.empty()) {
            download wrong;
            wrong.id = ++last_id_;
            wrong.path = join_path(options_.directory, entry.out);
            refuse(wrong, failure(cause::usage, printable(options_.metalink) + ":" +
                                                           std::to_string(each.line) +
                                                           ": the file has no http or https URL"));
            continue;
        }
        entry.url = each.urls.front();
        entry.mirrors.assign(each.urls.begin() + 1, each.urls.end());
        download wanted;
        wanted.foreign = true;
        if (each.pieces) wanted.pieces = std::make_shared<const metalink_pieces>(*each.pieces);
        accept(std::move(entry), std::move(wanted));
    }
}

// Reads until something was accepted or refused, or there is no more.
task<void> download_queue::read_more() {
    if (next_url_ < options_.urls.size()) {
        list_entry entry;
        entry.url = options_.urls[next_url_++];
        accept(std::move(entry));
        co_return;
    }
    if (next_entry_ < options_.entries.size()) {
        accept(options_.entries[next_entry_++]);
        co_return;
    }
    if (!options_.metalink.empty() && !metalink_read_) {
        metalink_read_ = true;
        co_await read_metalink();
        co_return;
    }
    if (options_.list.empty()) {
        exhausted_ = true;
        co_return;
    }
    if (!list_open_) co_await open_list();
    std::array<char, 16 * 1024> chunk;
    for (;;) {
        std::optional<failure> malformed;
        bool got = false;
        try {
            // As many as there are: asking once a download would copy the rest each time.
            while (pending_.size() < look_ahead_max) {
                std::optional<list_entry> entry = list_.next();
                if (!entry) break;
                accept(std::move(*entry));
                got = true;
            }
        } catch (const failure& error) {
            malformed = error;
        }
        if (malformed) {
            download wrong;
            wrong.id = ++last_id_;
            refuse(wrong, *malformed);
            co_return;
        }
        // What can be read at once is read, so that a display knows how many there are; another
        // program's list is not waited for while there is something to do.
        const bool more = got && !list_waits_ && pending_.size() < look_ahead_max;
        if ((got && !more) || exhausted_) co_return;
        std::size_t count = 0;
        std::error_code failed;
        try {
            const int descriptor = list_file_ ? list_file_.get() : 0;
            count = co_await read_descriptor(descriptor, chunk, list_.name());
        } catch (const std::system_error& error) {
            failed = error.code();
        }
        if (failed) throw file_failure("read", list_.name(), failed);
        if (count == 0) {
            list_.finish();
            exhausted_ = true;   // but for what the last bytes hold: once more around
        } else {
            list_.feed({chunk.data(), count});
        }
    }
}

task<std::optional<download>> download_queue::next() {
    mutex::guard held = co_await guard_.lock();
    for (;;) {
        const auto free =
            std::find_if(pending_.begin(), pending_.end(), [this](const pending& each) {
                const auto busy = busy_.find(each.host);
                return busy == busy_.end() || busy->second < options_.per_host;
            });
        if (free != pending_.end()) {
            ++busy_[free->host];
            host_of_[free->what.id] = std::move(free->host);
            std::optional<download> taken(std::move(free->what));
            pending_.erase(free);
            co_return taken;
        }
        if (!exhausted_ && pending_.size() < look_ahead_max) {
            const std::uint64_t before = refusals_;
            co_await read_more();
            // A list of nothing else: what is noted of them must not pile up.
            if (refusals_ != before && pending_.empty() && !exhausted_) co_return std::nullopt;
        } else if (pending_.empty()) {
            changed_.notify_all();
            co_return std::nullopt;
        } else {
            co_await changed_.wait(held);
        }
    }
}

void download_queue::done(const download& ended) {
    if (ended.path != "-") names_.end(ended.path);
    leave_host(ended);
}

void download_queue::leave_host(const download& received) {
    const auto host = host_of_.find(received.id);
    if (host == host_of_.end()) return;
    if (const auto busy = busy_.find(host->second); --busy->second == 0) busy_.erase(busy);
    host_of_.erase(host);
    changed_.notify_all();
}

}  // namespace troika::fetch
