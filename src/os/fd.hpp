// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace troika::os {

/// Closes a descriptor; EINTR and EIO are final on Linux, the number is free either way.
void close_descriptor(int descriptor) noexcept;

/// A duplicate of `descriptor` that closes on exec, or -errno.
int duplicate(int descriptor) noexcept;

/// Sets or clears O_NONBLOCK. Returns: 0 or -errno.
int set_nonblocking(int descriptor, bool on) noexcept;

/// Whether `descriptor` is an open file descriptor of this process.
bool is_open(int descriptor) noexcept;

/// What a descriptor stands for, as far as waiting is concerned.
enum class descriptor_kind : unsigned char {
    file,              ///< regular file, directory or block device: never pollable
    stream,            ///< pipe, terminal, eventfd...: pollable, O_NONBLOCK set
    blocking_stream,   ///< the same without O_NONBLOCK
    invalid,
};
descriptor_kind kind_of(int descriptor) noexcept;

/// The descriptors of a pipe, both closing on exec. Returns: 0 or -errno.
int open_pipe(int (&ends)[2], bool nonblocking) noexcept;

/// read(2) and write(2), tried again after EINTR. `write` never raises SIGPIPE.
/// Returns: bytes, or -errno.
int read_some(int descriptor, void* into, unsigned size) noexcept;
int write_some(int descriptor, const void* from, unsigned size) noexcept;

/// Whether reading (or writing) would not block now; true also for what cannot be polled.
/// Returns: 1, 0, or -errno.
int is_ready(int descriptor, bool for_writing) noexcept;

/// Sleeps until reading (or writing) would not block. Returns: 0 or -errno.
int wait_until_ready(int descriptor, bool for_writing) noexcept;

/// What an unready pipe takes at least, once it polls writable (PIPE_BUF).
inline constexpr unsigned pipe_write_sure = 4096;

/// Owns one descriptor, or none.
class fd {
public:
    fd() noexcept = default;
    explicit fd(int descriptor) noexcept : descriptor_(descriptor) {}
    fd(fd&& other) noexcept : descriptor_(other.release()) {}
    fd& operator=(fd&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~fd() { reset(); }

    [[nodiscard]] int get() const noexcept { return descriptor_; }
    explicit operator bool() const noexcept { return descriptor_ >= 0; }
    [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
    void reset(int descriptor = -1) noexcept {
        const int old = std::exchange(descriptor_, descriptor);
        if (old >= 0 && old != descriptor) close_descriptor(old);
    }

private:
    int descriptor_ = -1;
};

}  // namespace troika::os
