// SPDX-License-Identifier: MIT
#include "fetch/failed_list.hpp"

#include "fetch/descriptor_io.hpp"
#include "fetch/printable.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/fetch/failure.hpp>
#include <troika/http/percent.hpp>
#include <troika/http/url.hpp>
#include <troika/io/offload.hpp>

#include "os/file.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace troika::fetch {
namespace {

// What stays as it is in a name, and in what is no URL, when they are percent-encoded.
constexpr std::string_view kept_in_names = "/!#$&'()*+,:;=?@[]^_`{|}~";

bool is_control(unsigned char c) noexcept { return c < 0x20 || c == 0x7f; }

std::string url_word(const std::string& url) {
    try {
        return http::url::parse(url, http::url_mode::lenient).without_credentials().text();
    } catch (const std::exception&) {
        // It failed because it is no URL, and the list shall say so again.
        std::string word = http::percent_encode(redacted(url), kept_in_names);
        if (word.starts_with('#')) word.replace(0, 1, "%23");
        return word;
    }
}

std::string name_word(const std::string& name) {
    if (std::ranges::any_of(name, is_control)) return http::percent_encode(name, kept_in_names);
    if (name.find_first_of(" \"%\\") == std::string::npos) return name;
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted += '"';
}

}  // namespace

std::string list_line(const list_entry& entry) {
    std::string line = url_word(entry.url);
    if (!entry.out.empty()) line += " out=" + name_word(entry.out);
    if (entry.expected)
        line.append(" ")
            .append(to_string(entry.expected->algorithm()))
            .append("=")
            .append(entry.expected->hex());
    for (const std::string& mirror : entry.mirrors) line += " mirror=" + url_word(mirror);
    return line += '\n';
}

task<void> failed_list::add(list_entry entry) {
    const std::string line = list_line(entry);
    const mutex::guard turn = co_await writing_.lock();
    const cancel_scope whole_lines({.shielded = true});
    std::error_code failed;
    try {
        if (!file_) {
            const auto open = [this] {
                os::open_options how;
                how.read = false;
                how.write = how.create = how.truncate = how.append = true;
                return os::open_file(path_.c_str(), how);
            };
            const int opened = co_await io::offload("make list of failures", open);
            if (opened < 0)
                failed = std::error_code(-opened, std::generic_category());
            else
                file_.reset(opened);
        }
        std::span<const std::byte> rest = std::as_bytes(std::span(line));
        while (!failed && !rest.empty()) {
            const std::size_t count = co_await write_descriptor(file_.get(), rest, path_);
            rest = rest.subspan(count);
        }
    } catch (const std::system_error& error) {
        failed = error.code();
    }
    if (failed) {
        // Half a URL is another URL.
        const auto cut = [this] { return os::truncate(file_.get(), bytes_); };
        if (file_) co_await io::offload("cut list of failures", cut);
        throw file_failure("write", path_, failed);
    }
    bytes_ += line.size();
    ++size_;
}

}  // namespace troika::fetch
