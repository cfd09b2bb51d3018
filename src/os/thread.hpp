// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <pthread.h>

namespace troika::os {

/// Names the calling thread for ps, top and debuggers; the first 15 bytes are kept.
void name_this_thread(std::string_view name) noexcept;

/// The number of the calling thread, as ps and debuggers show it.
std::uint32_t thread_id() noexcept;
/// Its name: that of the program where nobody has given it one.
std::string this_thread_name();

/// The lowest address of this thread's stack; null when it cannot be found out. Ask once.
const std::byte* stack_low() noexcept;
/// How many bytes are left on this thread's stack, which ends at `low`, more or less.
std::size_t stack_room(const std::byte* low) noexcept;

/// Owns a running thread, or none.
///
/// All signals are blocked in it: they go to the threads of whoever uses the library.
class thread {
public:
    thread() noexcept = default;
    thread(thread&& other) noexcept
        : handle_(other.handle_), started_(std::exchange(other.started_, false)) {}
    /// Waits for the end of the one it had.
    thread& operator=(thread&& other) noexcept;
    /// Waits for its end, which others have to bring about.
    ~thread() { join(); }

    /// Starts a thread that runs `main(argument)`, named `name` as name_this_thread() does.
    /// Returns: 0 or -errno: -EAGAIN when a limit is reached, -EBUSY when it has one already.
    [[nodiscard]] int start(std::string_view name, void (*main)(void* argument) noexcept,
                            void* argument) noexcept;

    /// As start(). Throws: std::system_error "start `what`: ...", saying which limits to look at.
    void start_or_throw(std::string_view what, std::string_view name,
                        void (*main)(void* argument) noexcept, void* argument);

    /// Waits for the end of the thread if there is one; then there is none.
    /// Thread: any but itself.
    void join() noexcept;

    explicit operator bool() const noexcept { return started_; }

private:
    pthread_t handle_{};
    bool started_ = false;
};

/// Starts a thread that nobody can wait for, named `name` and with all signals blocked.
///
/// Only for system calls that can last long and that nothing can interrupt: who wants to end must
/// not have to wait for them. `main` owns all that it uses, and `argument` if it is started.
/// Returns: 0 or -errno.
int start_abandonable_thread(std::string_view name, void (*main)(void* argument) noexcept,
                             void* argument) noexcept;

}  // namespace troika::os
