// SPDX-License-Identifier: MIT
#include "subprocess/launch.hpp"

#include "os/environment.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "subprocess/child_core.hpp"
#include "subprocess/pipe_core.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace troika::subprocess {

namespace {

constexpr const char* stream_names[] = {"standard input", "standard output", "standard error"};

// Lifetime: `texts`.
std::vector<const char*> pointers_to(std::vector<std::string>&& texts) = delete;
std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<const char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    pointers.push_back(nullptr);
    return pointers;
}

os::child_group group_of(process_group group) noexcept {
    switch (group) {
        case process_group::own: return os::child_group::own;
        case process_group::ours: return os::child_group::ours;
        case process_group::own_session: return os::child_group::own_session;
    }
    return os::child_group::own;
}

void require_possible(int number, const stdio& wanted) {
    using enum stdio::kind;
    const std::string stream = stream_names[number];
    if (wanted.what() == output && number != 2)
        throw std::invalid_argument("stdio::output is for standard error only, not for the " +
                                    stream + " of a child");
    if (wanted.what() == append && number == 0)
        throw std::invalid_argument(
            "stdio::append() is for output; standard input takes "
            "stdio::file()");
    if (wanted.what() == descriptor && wanted.number() < 0)
        throw std::invalid_argument("the " + stream + " of a child cannot be descriptor " +
                                    std::to_string(wanted.number()));
    if (wanted.path().contains('\0'))
        throw std::invalid_argument("the path for the " + stream + " of a child has a NUL");
}

std::string_view advice_for(int error, const command& what) noexcept {
    const std::string& program = what.program();
    switch (error) {
        case ENOENT:
            if (program.contains('/'))
                return " (it is not there, or the interpreter in its first line is not)";
            if (program.contains(' ') && what.words().size() == 1)
                return " (no such program; give its arguments apart: {\"ls\", \"-l\"})";
            return " (it is in no directory of PATH; install it, or give its path)";
        case ENOEXEC:
            return " (it is no program; the first line of a script says who reads it, such as "
                   "#!/bin/sh)";
        case E2BIG: return " (arguments and environment are more than the kernel takes)";
        default: return {};
    }
}

}  // namespace

launch::launch(event_loop& loop, const command& what, const start_options& options)
    : what_(what), options_(options), directory_(options.directory) {
    require_possible(0, options.standard_input);
    require_possible(1, options.standard_output);
    require_possible(2, options.standard_error);
    if (directory_.contains('\0'))
        throw std::invalid_argument("the directory for a child has a NUL in its path");
    const char* const* const ours = os::whole_environment();
    const environment inherited;
    const environment& wanted = options.environment ? *options.environment : inherited;
    if (options.environment) entries_ = wanted.entries(ours);
    path_ = wanted.value("PATH", ours).value_or(std::string(command::standard_path));
    const std::size_t slash = what.program().rfind('/');
    core_.reset(new child_core(loop, what.program().substr(slash + 1), options.group));
}

void launch::perform() {
    using enum stdio::kind;
    std::array<os::given_descriptor, 3> given;
    const stdio* const wanted[] = {&options_.standard_input, &options_.standard_output,
                                   &options_.standard_error};
    for (int number = 0; number < 3; ++number) {
        const auto at = static_cast<std::size_t>(number);
        const bool as_output = wanted[at]->what() == output;
        given[at] = {as_output ? given[1].descriptor : open_stream(number, *wanted[at]), number};
    }
    const std::vector<std::string> candidates = what_.candidates(path_);
    const std::vector<const char*> programs = pointers_to(candidates);
    const std::vector<const char*> arguments = pointers_to(what_.words());
    const std::vector<const char*> entries = pointers_to(entries_);
    const os::start_options how{
        .programs = programs.data(),
        .arguments = arguments.data(),
        .environment = options_.environment ? entries.data() : nullptr,
        .directory = directory_.empty() ? nullptr : directory_.c_str(),
        .descriptors = given,
        .group = group_of(options_.group),
    };
    const int error = os::start_process(how, core_->process);
    theirs_.clear();
    if (error < 0) fail(-error, core_->process.failed);
}

std::string launch::name_of(int number) const {
    return std::string(stream_names[number]) + " of " + core_->program;
}

int launch::open_stream(int number, const stdio& wanted) {
    switch (wanted.what()) {
        case stdio::kind::inherit:
            // A program that finds no such descriptor would open its first file under the number.
            return os::is_open(number) ? number : open_file(number, "/dev/null", false);
        case stdio::kind::null: return open_file(number, "/dev/null", false);
        case stdio::kind::pipe: return open_pipe(number);
        case stdio::kind::file: return open_file(number, std::string(wanted.path()), false);
        case stdio::kind::append: return open_file(number, std::string(wanted.path()), true);
        case stdio::kind::descriptor:
            if (!os::is_open(wanted.number()))
                os::throw_error(EBADF,
                                "give descriptor " + std::to_string(wanted.number()) + " as the",
                                name_of(number));
            return wanted.number();
        case stdio::kind::output: break;
    }
    return -1;
}

int launch::open_pipe(int number) {
    int ends[2];
    os::or_throw(os::open_pipe(ends, false), "open a pipe for the", name_of(number));
    os::fd read_end(ends[0]), write_end(ends[1]);
    if (number == 0) {
        // Ours alone: what the child has is an end, and a flag, of its own.
        os::or_throw(os::set_nonblocking(write_end.get(), true), "prepare the", name_of(number));
        core_->input.emplace(
            pipe_core_owner(new pipe_core(core_->loop, std::move(write_end), name_of(number))));
        return keep(std::move(read_end));
    }
    auto& place = number == 1 ? core_->output : core_->error;
    place.emplace(
        pipe_core_owner(new pipe_core(core_->loop, std::move(read_end), name_of(number))));
    return keep(std::move(write_end));
}

int launch::open_file(int number, std::string path, bool append) {
    const bool reads = number == 0;
    const bool truncates = !reads && !append;
    const os::open_options how{
        .read = reads, .write = !reads, .create = !reads, .truncate = truncates, .append = append};
    const int file = os::open_file(path.c_str(), how);
    os::or_throw(file, "open " + path + " as the", name_of(number));
    return keep(os::fd(file));
}

int launch::keep(os::fd theirs) {
    theirs_.push_back(std::move(theirs));
    return theirs_.back().get();
}

void launch::fail(int error, os::start_step step) const {
    std::string what = step == os::start_step::directory
                           ? "enter the directory " + directory_ + " to start "
                           : std::string("start ");
    what += what_.program();
    if (step != os::start_step::directory && !directory_.empty()) what += " in " + directory_;
    if (step == os::start_step::program) what += advice_for(error, what_);
    if (step == os::start_step::process && error == EAGAIN)
        what += " (too many processes; end some, or raise the limit: ulimit -u)";
    if (step == os::start_step::process && error == ENOSYS)
        what += " (this needs Linux 5.4 or newer, and a system that does not forbid pidfds)";
    os::throw_error(error, what);
}

}  // namespace troika::subprocess
