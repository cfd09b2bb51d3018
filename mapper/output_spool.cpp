// SPDX-License-Identifier: MIT
#include "mapper/output_spool.hpp"

#include "os/environment.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <array>
#include <atomic>
#include <cerrno>

namespace troika::mapper {

namespace {

constexpr std::uint32_t private_mode = 0600;
constexpr int names_max = 1000;

// Where the file system has no files without names: one that has lost its name.
int open_nameless(const std::string& folder) {
    for (int i = 0; i < names_max; ++i) {
        const std::string path =
            folder + "/troika-map-" + std::to_string(os::process_id()) + "-" + std::to_string(i);
        const os::open_options how{.write = true,
                                   .create = true,
                                   .exclusive = true,
                                   .follow_links = false,
                                   .mode = private_mode};
        const int file = os::open_file(path.c_str(), how);
        if (file == -EEXIST) continue;
        if (file >= 0) os::remove_file(path.c_str());
        return file;
    }
    return -EEXIST;
}

}  // namespace

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const int written =
            os::write_some(descriptor, text.data(), static_cast<unsigned>(text.size()));
        // Somebody has made it non-blocking, who shares it: wait as if it were not.
        if (written == -EAGAIN) {
            os::or_throw(os::wait_until_ready(descriptor, true),
                         "wait for the reader of the output");
            continue;
        }
        os::or_throw(written, "write the output");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

output_spool::output_spool(const std::string& folder) {
    int file = os::open_unnamed(folder.c_str(), private_mode);
    if (file < 0) file = open_nameless(folder);
    os::or_throw(file, "make a temporary file in", folder);
    file_.reset(file);
}

std::uint64_t output_spool::size() const {
    os::file_status status;
    os::or_throw(os::status(file_.get(), status), "look at a temporary file");
    return status.size;
}

void output_spool::copy_to(int descriptor, std::string_view prefix) const {
    std::array<char, 64 * 1024> bytes;
    std::string lines;
    bool begins = true;
    for (std::uint64_t at = 0;;) {
        const int got = os::read_at(file_.get(), bytes.data(), bytes.size(), at);
        os::or_throw(got, "read a temporary file");
        if (got == 0) break;
        at += static_cast<std::uint64_t>(got);
        const std::string_view text(bytes.data(), static_cast<std::size_t>(got));
        if (prefix.empty()) {
            write_all(descriptor, text);
            continue;
        }
        lines.clear();
        for (const char c : text) {
            if (begins) lines += prefix;
            begins = c == '\n';
            lines += c;
        }
        write_all(descriptor, lines);
    }
    if (!begins) write_all(descriptor, "\n");
}

}  // namespace troika::mapper
