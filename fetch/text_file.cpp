// SPDX-License-Identifier: MIT
#include "fetch/text_file.hpp"

#include "fetch/printable.hpp"

#include <troika/fetch/failure.hpp>

#include "os/fd.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <system_error>

namespace troika::fetch {

namespace {

int check_result(int result, std::string_view operation, const std::string& path) {
    if (result < 0)
        throw file_failure(operation, path, std::error_code(-result, std::generic_category()));
    return result;
}

}  // namespace

std::string read_text_file(const std::string& path, std::size_t bytes_max) {
    const os::fd file(check_result(os::open_file(path.c_str(), {}), "open", path));
    std::string text;
    std::array<char, 16 * 1024> piece;
    for (;;) {
        const int n = check_result(
            os::read_next(file.get(), piece.data(), static_cast<std::uint32_t>(piece.size())),
            "read", path);
        if (n == 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(n));
        if (text.size() > bytes_max)
            throw failure(cause::file, printable(path) + " is larger than " +
                                           std::to_string(bytes_max) +
                                           " bytes; is it the right file?");
    }
}

void write_text_file(const std::string& path, std::string_view text, std::uint32_t mode) {
    const std::string temporary = path + ".troika~";   // not FILE~, which is an editor's
    os::remove_file(temporary.c_str());
    os::open_options options;
    options.write = options.create = options.exclusive = true;
    options.follow_links = false;
    options.mode = mode;
    const os::fd file(check_result(os::open_file(temporary.c_str(), options), "create", temporary));
    try {
        for (std::size_t at = 0; at < text.size();) {
            const auto size =
                static_cast<std::uint32_t>(std::min<std::size_t>(text.size() - at, 1u << 20));
            const int n = check_result(os::write_at(file.get(), text.data() + at, size, at),
                                       "write", temporary);
            at += static_cast<std::size_t>(n);
        }
        check_result(os::sync_data(file.get()), "sync", temporary);
        check_result(os::rename(temporary.c_str(), path.c_str()), "create", path);
    } catch (...) {
        os::remove_file(temporary.c_str());
        throw;
    }
}

}  // namespace troika::fetch
