// SPDX-License-Identifier: MIT
#include <troika/subprocess/run.hpp>

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/io/detour.hpp>
#include <troika/tasks/move_on_after.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

namespace troika::subprocess {

namespace {

task<void> converse(child& running, const run_options& options, completed& into) {
    communication texts = co_await running.communicate(options.input, options.output_max);
    into.output = std::move(texts.output);
    into.error = std::move(texts.error);
    into.status = co_await running.wait();
}

std::string text_of(duration length) {
    using namespace std::chrono_literals;
    if (length < 10s) return std::to_string(length / 1ms) + " ms";
    return std::to_string(length / 1s) + " s";
}

}  // namespace

const completed& completed::raise_for_status() const {
    if (!status.success()) throw subprocess_error(command, status, error);
    return *this;
}

task<completed> run(subprocess::command what, run_options options) {
    const bool has_input = !options.input.empty();
    if (has_input && options.standard_input != stdio::null)
        throw std::invalid_argument(
            "run() has both an input and a standard input: give it one of the two");
    co_await io::on_loop();
    const time_point deadline = troika::impl::deadline_in(options.timeout);
    const start_options how{
        .directory = options.directory,
        .environment = options.environment,
        .standard_input = has_input ? stdio::pipe : options.standard_input,
        .standard_output = options.standard_output,
        .standard_error = options.standard_error,
        .group = options.group,
    };
    completed result;
    result.command = to_string(what);
    child running = co_await start(std::move(what), how);
    const duration left =
        deadline == never ? duration::max() : deadline - troika::impl::deadline_in({});
    bool in_time = false;
    std::exception_ptr failure;
    try {
        in_time = co_await move_on_after(left, converse(running, options, result));
    } catch (...) {
        failure = std::current_exception();
    }
    if (!in_time) {
        const cancel_scope until_it_ends({.shielded = true});
        co_await running.stop(options.grace);
        if (failure) std::rethrow_exception(failure);
        throw timeout_error(result.command + ": not done within " + text_of(options.timeout) +
                            ", and ended");
    }
    if (options.check) result.raise_for_status();
    co_return result;
}

}  // namespace troika::subprocess
