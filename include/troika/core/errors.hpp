// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/cancelled.hpp>

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace troika {

/// A deadline passed before the work was done.
class timeout_error : public std::system_error {
public:
    explicit timeout_error(const std::string& what)
        : std::system_error(std::make_error_code(std::errc::timed_out), what) {}
};

/// Work was asked of something that has already ended: a queue after shutdown(), a closed group, a
/// promise that was dropped.
class broken_promise : public std::logic_error {
public:
    broken_promise() : std::logic_error("the promise was destroyed before it was kept") {}
};

/// A wait could never end, because what is waited for waits in turn for the one who asks. The
/// message names all of them.
class would_deadlock : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// run() was ended by Ctrl-C: the main task was cancelled, and everything it started has ended.
class interrupted : public std::runtime_error {
public:
    interrupted() : std::runtime_error("interrupted by SIGINT") {}
};

/// The workers of a pool could not be made ready, so that it takes no work, and what it had is
/// refused.
class broken_pool : public std::runtime_error {
public:
    /// `what` has happened: "the initializer threw".
    broken_pool(std::string_view what, std::exception_ptr reason);

    /// What the initializer threw, or what else the reason was.
    [[nodiscard]] const std::exception_ptr& reason() const noexcept { return reason_; }

private:
    std::exception_ptr reason_;
};

/// What the body and the children of a task group threw, all of it, in the order in which it
/// happened.
///
/// Cancellations are never among them.
class exception_group : public std::exception {
public:
    exception_group(std::string_view message, std::vector<std::exception_ptr> errors);

    [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }
    /// The message, the number of errors, and what() of each.
    [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

private:
    std::vector<std::exception_ptr> errors_;
    std::string what_;
};

/// Returns: what() of a std::exception, else the name of what kind of thing `error` holds.
std::string describe(const std::exception_ptr& error);

}  // namespace troika
