// SPDX-License-Identifier: MIT
#include "inspect/trace_output.hpp"

#include <troika/core/errors.hpp>
#include <troika/inspect/chrome_json.hpp>
#include <troika/inspect/perfetto.hpp>
#include <troika/inspect/timeline_page.hpp>

#include "core/report.hpp"
#include "os/environment.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace troika::impl {

namespace {

constexpr std::string_view part_begin = "part-";
constexpr const char* whole_name = "/whole";
constexpr int claims_max = 100;   // each fails only because another process has just ended

trace_output::format format_of(std::string_view path) {
    if (path.ends_with(".json")) return trace_output::format::chrome_json;
    if (path.ends_with(".pftrace") || path.ends_with(".perfetto-trace"))
        return trace_output::format::perfetto;
    if (path.ends_with(".html")) return trace_output::format::page;
    throw std::invalid_argument(
        "a trace cannot be written to " + std::string(path) +
        ": let the name end with .json (Chrome's format), .pftrace (Perfetto's) or .html (a page)");
}

std::string absolute(const std::string& path) {
    if (path.starts_with('/')) return path;
    const std::string here = os::current_directory();
    return here.empty() ? path : here + "/" + path;
}

bool is_part(std::string_view name) noexcept {
    if (!name.starts_with(part_begin) || name.size() == part_begin.size()) return false;
    name.remove_prefix(part_begin.size());
    return name.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A file that is written from its start on.
class growing_file {
public:
    explicit growing_file(const std::string& path) : path_(path) {
        os::remove_file(path.c_str());   // what a killed process has left
        os::open_options how;
        how.write = how.create = how.exclusive = true;
        how.follow_links = false;
        file_.reset(os::or_throw(os::open_file(path.c_str(), how), "create", path));
    }
    void add(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(),
                                                                               1 << 20));
            const int written = os::or_throw(
                os::write_at(file_.get(), bytes.data(), size, size_), "write", path_);
            size_ += static_cast<std::uint64_t>(written);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void become(const std::string& path) {
        file_.reset();
        os::or_throw(os::rename(path_.c_str(), path.c_str()), "rename a finished trace to", path);
    }

private:
    const std::string path_;
    os::fd file_;
    std::uint64_t size_ = 0;
};

trace_part read_file(const std::string& path) {
    os::open_options how;
    how.follow_links = false;
    how.waits = false;
    const os::fd file(os::or_throw(os::open_file(path.c_str(), how), "open", path));
    os::file_status status;
    os::or_throw(os::status(file.get(), status), "look at", path);
    if (status.type != os::file_type::regular || status.size > trace_output::part_bytes_max)
        throw std::runtime_error("it is no file, or too large");
    std::vector<std::byte> bytes(static_cast<std::size_t>(status.size));
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const auto size =
            static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size() - filled, 1 << 20));
        const int got = os::or_throw(
            os::read_at(file.get(), bytes.data() + filled, size, filled), "read", path);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    return read_part(std::span(bytes).first(filled));
}

void write_as(trace_output::format what, const trace_data& trace, const trace_sink& to) {
    switch (what) {
        case trace_output::format::chrome_json: write_chrome_json(trace, to); break;
        case trace_output::format::perfetto: write_perfetto(trace, to); break;
        case trace_output::format::page: {
            const std::string program =
                trace.processes.empty() ? "" : trace.texts[trace.processes[0].name];
            write_timeline_page("Trace of " + program, trace, to);
            break;
        }
    }
}

}  // namespace

trace_output::trace_output(const std::string& path)
    : path_(absolute(path)), parts_(path_ + ".parts"), format_(format_of(path_)) {
    os::file_status there;
    if (os::status(path_.c_str(), true, there) == 0 && there.type != os::file_type::regular)
        os::throw_error(there.type == os::file_type::directory ? EISDIR : EEXIST,
                        "write a trace to", path_);
    claim();
}

trace_output::~trace_output() { release(); }

void trace_output::claim() {
    for (int tries = 0; tries < claims_max; ++tries) {
        const int made = os::make_directory(parts_.c_str(), 0700);
        if (made < 0 && made != -EEXIST)
            os::throw_error(-made, "write a trace to", path_);
        os::open_options how;
        how.directory = true;
        how.follow_links = false;
        const int opened = os::open_file(parts_.c_str(), how);
        if (opened == -ENOENT) continue;
        os::fd folder(os::or_throw(opened, "open the folder for parts of a trace", parts_));
        const int locked = os::lock_file(folder.get());
        if (locked == -EAGAIN) return;   // another process, or another trace of this one
        os::or_throw(locked, "lock the folder for parts of a trace", parts_);
        // Whoever had it before may have removed it meanwhile.
        os::file_status ours;
        os::file_status named;
        if (os::status(folder.get(), ours) < 0 ||
            os::status(parts_.c_str(), false, named) < 0 || ours.inode != named.inode ||
            ours.device != named.device)
            continue;
        lock_ = std::move(folder);
        take_parts(nullptr);   // of a process that was killed
        return;
    }
    os::throw_error(EBUSY, "write a trace to", path_);
}

void trace_output::take_parts(std::vector<trace_part>* into) noexcept {
    try {
        std::vector<os::directory_entry> entries;
        if (os::read_directory(parts_.c_str(), entries, parts_max) == -E2BIG)
            report(parts_ + " has too many parts: some are left out of the trace");
        for (const os::directory_entry& one : entries) {
            const std::string path = parts_ + "/" + one.name;
            if (into != nullptr && is_part(one.name)) {
                try {
                    into->push_back(read_file(path));
                } catch (const std::exception& error) {
                    report("a part of a trace is left out: " + path + ": " + error.what());
                }
            }
            os::remove_file(path.c_str());
        }
    } catch (...) {   // no memory for the names: then without the parts
    }
}

void trace_output::release() noexcept {
    if (!is_ours()) return;
    take_parts(nullptr);
    os::remove_directory(parts_.c_str());   // while it is locked: see claim()
    lock_.reset();
}

void trace_output::write(trace_part own) {
    std::vector<trace_part> parts;
    parts.push_back(std::move(own));
    take_parts(&parts);
    const trace_data whole = join_parts(std::move(parts));
    growing_file file(parts_ + whole_name);
    write_as(format_, whole, [&file](std::string_view piece) { file.add(piece); });
    file.become(path_);
    release();
}

bool trace_output::leave_part(const std::string& parts, const trace_part& own, int pid) {
    os::file_status there;
    if (os::status(parts.c_str(), false, there) == -ENOENT) return false;
    const std::string name = parts + "/" + std::string(part_begin) + std::to_string(pid);
    growing_file file(name + ".new");
    write_part(own, [&file](std::string_view piece) { file.add(piece); });
    file.become(name);
    return true;
}

}  // namespace troika::impl
