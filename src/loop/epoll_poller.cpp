// SPDX-License-Identifier: MIT
#include "loop/epoll_poller.hpp"

#include <troika/base/check.hpp>

#include "os/error.hpp"
#include "os/socket.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>

namespace troika {

namespace {

// What an operation in flight is doing. While it is ready or parked, links.slot holds the step that
// it has reached; once settled, its result. What settled apart was in no descriptor's account.
enum state : std::uint8_t { idle, ready, parked, behind, settled, settled_apart };
enum step : std::uint32_t { fresh, begun, begun_blocking };

// No result: the operation was parked or given to the helpers.
constexpr std::int32_t later = INT32_MIN;

constexpr std::uint64_t bell_data = ~std::uint64_t{0};

constexpr std::uint32_t stream_events =
    EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | static_cast<std::uint32_t>(EPOLLET);

constexpr bool is_wait(io_op op) noexcept {
    return op == io_op::wait_readable || op == io_op::wait_writable;
}

constexpr bool is_streaming(io_op op) noexcept {
    return op == io_op::recv || op == io_op::send || op == io_op::accept;
}

// Files have no readiness: their operations sleep, so helpers do them.
constexpr bool is_for_helpers(const io_request& request) noexcept {
    const bool transfer = request.op == io_op::read || request.op == io_op::write;
    return request.op == io_op::call || request.op == io_op::sync ||
           (transfer && request.offset != io_request::current_offset);
}

}  // namespace

epoll_poller::epoll_poller() : kernel_poller(true) {
    os::or_throw(epoll_.add(bell_.descriptor(),
                            EPOLLIN | static_cast<std::uint32_t>(EPOLLET), bell_data),
                 "epoll_ctl");
}

// ---- the table

epoll_poller::direction epoll_poller::direction_of(io_op op) noexcept {
    const bool out = op == io_op::send || op == io_op::connect || op == io_op::wait_writable ||
                     op == io_op::write;
    return out ? output : input;
}

bool epoll_poller::know(int descriptor) noexcept {
    if (descriptor < 0) return false;
    const auto index = static_cast<std::size_t>(descriptor);
    if (index < table_.size()) [[likely]]
        return true;
    // A wild number must not make a table of gigabytes.
    if (!os::is_open(descriptor)) return false;
    table_.resize(std::max<std::size_t>(64, std::bit_ceil(index + 1)));
    return true;
}

void epoll_poller::adopt(int descriptor, bool internet) noexcept {
    if (!know(descriptor)) return;
    entry& known = table_[static_cast<std::size_t>(descriptor)];
    check(known.in_flight == 0, "a descriptor was closed while operations on it were in flight");
    // Whatever was known is of another socket, should that one not have been closed by close().
    const std::uint32_t generation = known.generation + 1;
    known = entry{};
    known.generation = generation;
    known.exact = internet;
}

epoll_poller::entry& epoll_poller::entry_of(const io_operation& operation) noexcept {
    return table_[static_cast<std::size_t>(operation.request.descriptor)];
}

void epoll_poller::close(int descriptor) noexcept {
    if (descriptor < 0) return;
    if (const auto index = static_cast<std::size_t>(descriptor); index < table_.size()) {
        entry& known = table_[index];
        check(known.in_flight == 0, "a descriptor is closed while operations on it are in flight");
        // Closing alone would leave the registration to a duplicate that someone else holds.
        if (known.registered) epoll_.remove(descriptor);
        const std::uint32_t generation = known.generation + 1;
        known = entry{};
        known.generation = generation;
    }
    os::close_descriptor(descriptor);
}

// ---- from submit() to complete()

void epoll_poller::submit(io_operation& operation) noexcept {
    const io_request& request = operation.request;
    check(operation.links.state == idle, "an operation is submitted while it is in flight");
    ++in_flight_;
    operation.links.slot = fresh;
    if (request.op == io_op::call) return pool_.submit(operation);
    if (request.op == io_op::nop || !know(request.descriptor)) {
        settle(operation, request.op == io_op::nop ? 0 : -EBADF);
        operation.links.state = settled_apart;
        return;
    }
    entry& known = entry_of(operation);
    ++known.in_flight;
    if (is_for_helpers(request)) return pool_.submit(operation);
    side& where = known.sides[direction_of(request.op)];
    if (where.active) {
        operation.links.state = behind;
        where.behind.push_back(operation);
    } else {
        enter(operation, known);
    }
}

void epoll_poller::enter(io_operation& operation, entry& known) noexcept {
    const direction way = direction_of(operation.request.op);
    known.sides[way].active = &operation;
    if (known.streaming && !known.maybe_ready[way] && is_streaming(operation.request.op)) {
        operation.links.state = parked;   // its edge is to come
        ++parked_;
    } else {
        operation.links.state = ready;
        ready_.push_back(operation);
    }
}

// Gives the place at the head of its direction to the next in turn.
void epoll_poller::leave(io_operation& operation) noexcept {
    entry& known = entry_of(operation);
    side& where = known.sides[direction_of(operation.request.op)];
    where.active = nullptr;
    if (!where.behind.empty()) enter(where.behind.pop_front(), known);
}

void epoll_poller::settle(io_operation& operation, std::int32_t result) noexcept {
    operation.links.state = settled;
    operation.links.slot = std::bit_cast<std::uint32_t>(result);
    ready_.push_back(operation);
}

void epoll_poller::cancel(io_operation& operation) noexcept {
    switch (operation.links.state) {
        case idle: check(false, "an operation is cancelled that is not in flight"); return;
        case settled:
        case settled_apart: return;
        case ready:
            ready_.remove(operation);
            leave(operation);
            break;
        case parked:
            --parked_;
            leave(operation);
            break;
        case behind:
            entry_of(operation).sides[direction_of(operation.request.op)].behind.remove(operation);
            break;
        default:
            if (!pool_.cancel(operation)) return;
            break;
    }
    settle(operation, -ECANCELED);
}

std::size_t epoll_poller::deliver(std::size_t count_max) noexcept {
    std::size_t delivered = 0;
    while (delivered < count_max && !ready_.empty()) {
        io_operation& operation = ready_.pop_front();
        std::int32_t result = std::bit_cast<std::int32_t>(operation.links.slot);
        if (operation.links.state == ready) {
            result = attempt(operation);
            if (result == later) continue;
            leave(operation);
        }
        if (operation.links.state != settled_apart && operation.request.op != io_op::call)
            --entry_of(operation).in_flight;
        operation.links.state = idle;
        --in_flight_;
        ++delivered;
        operation.complete(result);   // may be gone now; the table may have moved
    }
    return delivered;
}

// ---- trying

std::int32_t epoll_poller::attempt(io_operation& operation) noexcept {
    const io_request& request = operation.request;
    entry& known = entry_of(operation);
    switch (request.op) {
        case io_op::recv: {
            if (request.expect_to_wait && !known.streaming) break;
            const int n = os::receive(request.descriptor, request.buffer, request.size);
            if (n == -EAGAIN) break;
            // Fewer than asked for: the socket is empty now, and the next bytes are an edge. But an
            // end or an error that was reported already gives no further edge.
            const bool is_short = n >= 0 && static_cast<std::uint32_t>(n) < request.size;
            if (is_short && known.exact && !known.tail)
                known.maybe_ready[input] = false;
            return n;
        }
        case io_op::send: {
            const int n = os::send(request.descriptor, request.source, request.size);
            if (n == -EAGAIN) break;
            if (n >= 0 && static_cast<std::uint32_t>(n) < request.size && !known.tail)
                known.maybe_ready[output] = false;
            return n;
        }
        case io_op::accept: return attempt_accept(operation);
        case io_op::connect: return attempt_connect(operation);
        case io_op::read:
        case io_op::write: return attempt_stream(operation);
        default: return park(operation, false);
    }
    known.maybe_ready[direction_of(request.op)] = false;
    return park(operation, true);
}

std::int32_t epoll_poller::attempt_accept(io_operation& operation) noexcept {
    const int socket = os::accept_stream(operation.request.descriptor, true);
    if (socket == -EAGAIN) {
        entry_of(operation).maybe_ready[input] = false;
        return park(operation, true);
    }
    if (socket >= 0) adopt(socket, entry_of(operation).exact);
    return socket;
}

std::int32_t epoll_poller::attempt_connect(io_operation& operation) noexcept {
    const io_request& request = operation.request;
    entry& known = entry_of(operation);
    if (operation.links.slot == fresh) {
        const int result = os::connect_stream(request.descriptor, *request.address);
        if (result != -EINPROGRESS) return result;
        operation.links.slot = begun;
        known.maybe_ready[output] = false;
        return park(operation, true);
    }
    const int error = os::take_error(request.descriptor);
    if (error == 0) known.tail = false;   // a socket polls as hung up before it connects
    return error;
}

// Reads and writes of pipes, terminals and the like. They may be shared with programs that expect
// them to block, so O_NONBLOCK is left as it is.
std::int32_t epoll_poller::attempt_stream(io_operation& operation) noexcept {
    const io_request& request = operation.request;
    std::uint32_t& reached = operation.links.slot;
    if (reached == fresh) {
        const os::descriptor_kind kind = os::kind_of(request.descriptor);
        if (kind == os::descriptor_kind::invalid) return -EBADF;
        if (kind == os::descriptor_kind::file) {
            leave(operation);
            pool_.submit(operation);
            return later;
        }
        const bool blocking = kind == os::descriptor_kind::blocking_stream;
        reached = blocking ? begun_blocking : begun;
        if (blocking) return park(operation, false);
    }
    std::uint32_t size = request.size;
    if (reached == begun_blocking && request.op == io_op::write)
        size = std::min<std::uint32_t>(size, os::pipe_write_sure);   // so much never blocks
    const int n = request.op == io_op::read
                      ? os::read_some(request.descriptor, request.buffer, size)
                      : os::write_some(request.descriptor, request.source, size);
    return n == -EAGAIN ? park(operation, false) : n;
}

std::int32_t epoll_poller::park(io_operation& operation, bool streaming) noexcept {
    entry& known = entry_of(operation);
    operation.links.state = parked;
    ++parked_;
    if (streaming && known.streaming) return later;
    known.streaming |= streaming;
    const int error = arm(operation.request.descriptor);
    if (error == 0) return later;

    known.streaming = false;
    operation.links.state = ready;
    --parked_;
    if (error != -EPERM) return error;
    // Not pollable: a file is always ready, a device like /dev/null is left to the helpers.
    if (is_wait(operation.request.op)) return 0;
    leave(operation);
    pool_.submit(operation);
    return later;
}

bool epoll_poller::has_parked(const entry& known, direction way) noexcept {
    const io_operation* active = known.sides[way].active;
    return active && active->links.state == parked;
}

int epoll_poller::arm(int descriptor) noexcept {
    entry& known = table_[static_cast<std::size_t>(descriptor)];
    std::uint32_t events = stream_events;
    if (!known.streaming) {
        events = EPOLLONESHOT;
        if (has_parked(known, input)) events |= EPOLLIN | EPOLLRDHUP;
        if (has_parked(known, output)) events |= EPOLLOUT;
    }
    const std::uint64_t data =
        std::uint64_t{known.generation} << 32 | static_cast<std::uint32_t>(descriptor);
    // The number may have been closed and opened anew behind our back, by those who only wait on
    // it.
    int error = known.registered ? epoll_.modify(descriptor, events, data)
                                 : epoll_.add(descriptor, events, data);
    if (error == -ENOENT) error = epoll_.add(descriptor, events, data);
    if (error == -EEXIST) error = epoll_.modify(descriptor, events, data);
    known.registered = error == 0;
    return error;
}

// ---- waiting

std::size_t epoll_poller::wait(time_point deadline) noexcept {
    const bool rung = bell_.take();
    pool_.flush();
    if (pool_.has_done()) take_from_pool();
    std::size_t delivered = deliver(completions_per_wait_max);
    const bool busy = delivered > 0 || rung || !ready_.empty();
    if (busy && ++turns_ < turns_without_look_max) return delivered;
    turns_ = 0;
    pool_.flush();   // what turned out to be a file's affair

    auto timeout = std::chrono::nanoseconds::zero();
    if (!busy) {
        if (deadline == time_point::max())
            timeout = os::epoll::forever;
        else if (deadline.time_since_epoch().count() > 0)
            timeout = deadline - now();
    }
    if (timeout <= std::chrono::nanoseconds::zero()) {
        if (parked_ > 0) look(std::chrono::nanoseconds::zero());
    } else {
        look(bell_.fall_asleep() ? timeout : std::chrono::nanoseconds::zero());
    }
    if (delivered < completions_per_wait_max)
        delivered += deliver(completions_per_wait_max - delivered);
    return delivered;
}

void epoll_poller::take_from_pool() noexcept {
    operation_list done;
    pool_.take_done(done);
    while (!done.empty()) {
        io_operation& operation = done.pop_front();
        operation.links.state = settled;   // with its result in the slot already
        ready_.push_back(operation);
    }
}

void epoll_poller::look(std::chrono::nanoseconds timeout) noexcept {
    const int count = epoll_.wait(reports_, timeout);
    if (timeout > std::chrono::nanoseconds::zero()) bell_.wake_up();
    if (pool_.has_done()) take_from_pool();
    for (int i = 0; i < count; ++i) note(reports_[static_cast<std::size_t>(i)]);
}

void epoll_poller::note(const os::epoll_report& report) noexcept {
    if (report.data.u64 == bell_data) return;
    const auto descriptor = static_cast<std::uint32_t>(report.data.u64);
    entry& known = table_[descriptor];
    if (known.generation != report.data.u64 >> 32) return;
    const std::uint32_t events = report.events;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) known.tail = true;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) note_ready(known, input);
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) note_ready(known, output);
    // A one-shot registration is used up, also for the direction that had no report.
    const bool others = has_parked(known, input) || has_parked(known, output);
    if (!known.streaming && others) arm(static_cast<int>(descriptor));
}

void epoll_poller::note_ready(entry& known, direction way) noexcept {
    known.maybe_ready[way] = true;
    if (!has_parked(known, way)) return;
    io_operation* operation = known.sides[way].active;
    --parked_;
    if (is_wait(operation->request.op)) {
        leave(*operation);
        settle(*operation, 0);
    } else {
        operation->links.state = ready;
        ready_.push_back(*operation);
    }
}

}  // namespace troika
