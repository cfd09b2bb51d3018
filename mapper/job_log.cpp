// SPDX-License-Identifier: MIT
#include "mapper/job_log.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace troika::mapper {

namespace {

constexpr std::string_view heading =
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

std::string seconds(std::chrono::nanoseconds time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(time).count());
    return text;
}

template <class Number>
bool read_number(std::string_view text, Number& into) noexcept {
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, into);
    return error == std::errc() && stopped == end;
}

}  // namespace

job_log::job_log(const std::string& path, bool goes_on) : path_(path) {
    if (goes_on) read(path);
    const os::open_options how{
        .read = false, .write = true, .create = true, .truncate = !goes_on, .append = true};
    file_.reset(os::or_throw(os::open_file(path.c_str(), how), "open the job log", path));
    os::file_status status;
    os::or_throw(os::status(file_.get(), status), "look at the job log", path);
    if (status.size == 0) write(std::string(heading));
}

void job_log::read(const std::string& path) {
    const int opened = os::open_file(path.c_str(), {});
    if (opened < 0) return;   // there is none yet, or opening it for writing will say why
    const os::fd file(opened);
    std::string text;
    char bytes[16 * 1024];
    for (;;) {
        const int got = os::read_next(file.get(), bytes, sizeof bytes);
        os::or_throw(got, "read the job log", path);
        if (got == 0) break;
        text.append(bytes, static_cast<std::size_t>(got));
    }
    if (text.empty()) return;
    std::string_view rest = text;
    if (!rest.starts_with(heading))
        throw std::runtime_error(path + " is no job log: name another file, or remove it");
    rest.remove_prefix(heading.size());
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == rest.npos) break;   // cut off when it was written: the job runs again
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        std::vector<std::string_view> fields;
        for (std::size_t tab = line.find('\t'); tab != line.npos && fields.size() < 8;
             tab = line.find('\t')) {
            fields.push_back(line.substr(0, tab));
            line.remove_prefix(tab + 1);
        }
        std::uint64_t number = 0;
        int code = 0, signal = 0;
        if (fields.size() == 8 && read_number(fields[0], number) && read_number(fields[6], code) &&
            read_number(fields[7], signal))
            known_[number] = code == 0 && signal == 0;
    }
}

void job_log::add(const job_record& record) {
    if (!file_) return;
    std::string line =
        std::to_string(record.number) + "\t:\t" + seconds(record.began.time_since_epoch()) + "\t" +
        seconds(record.time) + "\t0\t" + std::to_string(record.output_bytes) + "\t" +
        std::to_string(record.code) + "\t" + std::to_string(record.signal) + "\t" + record.command;
    // One line a job, whatever the command holds.
    for (char& c : line)
        if (c == '\n') c = ' ';
    write(line + "\n");
}

void job_log::write(const std::string& text) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const int written =
            os::write_some(file_.get(), rest.data(), static_cast<unsigned>(rest.size()));
        os::or_throw(written, "write the job log", path_);
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace troika::mapper
