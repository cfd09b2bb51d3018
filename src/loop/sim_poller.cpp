// SPDX-License-Identifier: MIT
#include "loop/sim_poller.hpp"

#include <troika/base/check.hpp>

#include "loop/file_pool.hpp"
#include "os/fd.hpp"
#include "os/socket.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace troika {

namespace {

enum state : std::uint8_t { idle, on_socket, outside, cancelled };

constexpr bool is_output(io_op op) noexcept {
    return op == io_op::send || op == io_op::connect || op == io_op::wait_writable;
}

constexpr bool is_for_sockets(io_op op) noexcept {
    return op == io_op::recv || op == io_op::send || op == io_op::accept || op == io_op::connect;
}

}  // namespace

struct sim_poller::socket {
    int number = -1;
    address_family family = address_family::inet4;
    socket_address local;
    socket_address remote;

    // a connection
    socket* peer = nullptr;        // null: never connected, or the peer is closed
    bool connected = false;
    bool finished = false;         // the peer sends no more
    bool reset = false;            // the peer was closed with our bytes unread
    bool read_closed = false;
    bool write_closed = false;
    std::deque<char> incoming;

    // a listener
    bool listening = false;
    std::size_t backlog = 0;
    std::deque<int> arrived;

    operation_list input;
    operation_list output;
};

sim_poller::sim_poller(std::uint64_t seed)
    : random_(seed), now_(std::chrono::hours(24)) {}

sim_poller::~sim_poller() {
    check(in_flight_ == 0, "a poller is destroyed while operations are in flight");
}

// ---- sockets

sim_poller::socket* sim_poller::find(int descriptor) noexcept {
    const auto index = static_cast<std::size_t>(descriptor - socket_base);
    return descriptor >= socket_base && index < sockets_.size() ? sockets_[index].get() : nullptr;
}

int sim_poller::make_socket(address_family family) noexcept {
    // The lowest free number, as a kernel gives: programs that use a closed one are found out.
    std::size_t index = 0;
    while (index < sockets_.size() && sockets_[index]) ++index;
    if (index == sockets_max) return -EMFILE;
    if (index == sockets_.size()) sockets_.emplace_back();
    sockets_[index] = std::make_unique<socket>();
    sockets_[index]->number = socket_base + static_cast<int>(index);
    sockets_[index]->family = family;
    return sockets_[index]->number;
}

int sim_poller::open_socket(address_family family) noexcept { return make_socket(family); }

socket_address sim_poller::unused_address(address_family family) noexcept {
    if (family == address_family::local) return {};
    if (next_port_ < 49152) next_port_ = 49152;   // it wraps
    return *os::parse_address(family == address_family::inet4 ? "127.0.0.1" : "::1", next_port_++);
}

sim_poller::socket* sim_poller::listener_at(const socket_address& address) noexcept {
    for (const auto& s : sockets_) {
        if (!s || !s->listening || os::port_of(s->local) != os::port_of(address)) continue;
        if (os::same_address(s->local, address)) return s.get();
        const std::string host = os::format_host(s->local);
        const bool any = host == "0.0.0.0" || host == "::";
        if (any && s->family == os::family_of(address)) return s.get();
    }
    return nullptr;
}

int sim_poller::listen(const socket_address& address, const listen_options& options) noexcept {
    const auto family = os::family_of(address);
    if (!family) return -EAFNOSUPPORT;
    socket_address bound = address;
    if (*family != address_family::local && os::port_of(bound) == 0)
        os::set_port(bound, os::port_of(unused_address(*family)));
    if (!options.reuse_port && listener_at(bound)) return -EADDRINUSE;
    const int number = make_socket(*family);
    if (number < 0) return number;
    socket& s = *find(number);
    s.local = bound;
    s.listening = true;
    s.backlog = static_cast<std::size_t>(std::max(options.backlog, 0)) + 1;   // as Linux counts
    return number;
}

void sim_poller::connect_ends(socket& a, socket& b) noexcept {
    a.peer = &b;
    b.peer = &a;
    a.connected = b.connected = true;
}

int sim_poller::open_pair(int (&sockets)[2]) noexcept {
    for (int& number : sockets) number = make_socket(address_family::local);
    if (sockets[0] >= 0 && sockets[1] >= 0) {
        connect_ends(*find(sockets[0]), *find(sockets[1]));
        return 0;
    }
    for (const int number : sockets)
        if (number >= 0) close(number);
    return -EMFILE;
}

int sim_poller::local_address(int number, socket_address& into) noexcept {
    const socket* s = find(number);
    if (!s) return -EBADF;
    into = s->local;
    return 0;
}

int sim_poller::remote_address(int number, socket_address& into) noexcept {
    const socket* s = find(number);
    if (!s) return -EBADF;
    if (!s->connected) return -ENOTCONN;
    into = s->remote;
    return 0;
}

int sim_poller::shutdown(int number, shutdown_how how) noexcept {
    socket* s = find(number);
    if (!s) return -EBADF;
    if (!s->connected) return -ENOTCONN;
    if (how != shutdown_how::write) s->read_closed = true;
    if (how != shutdown_how::read) {
        s->write_closed = true;
        if (s->peer) s->peer->finished = true;
    }
    return 0;
}

int sim_poller::set_no_delay(int number, bool) noexcept { return find(number) ? 0 : -EBADF; }

void sim_poller::close(int descriptor) noexcept {
    socket* s = find(descriptor);
    if (!s) return os::close_descriptor(descriptor);
    check(s->input.empty() && s->output.empty(),
          "a descriptor is closed while operations on it are in flight");
    if (s->peer) {
        s->peer->finished = true;
        s->peer->reset |= !s->incoming.empty();
        s->peer->peer = nullptr;
    }
    const std::deque<int> arrived = std::move(s->arrived);
    sockets_[static_cast<std::size_t>(descriptor - socket_base)].reset();
    for (const int number : arrived) {
        if (socket* client = find(number)->peer) client->reset = true;
        close(number);
    }
}

// ---- operations

void sim_poller::submit(io_operation& operation) noexcept {
    check(operation.links.state == idle, "an operation is submitted while it is in flight");
    ++in_flight_;
    if (operation_list* queue = queue_of(operation)) {
        operation.links.state = on_socket;
        queue->push_back(operation);
        return;
    }
    operation.links.state = outside;
    operation.links.slot = static_cast<std::uint32_t>(outside_.size());
    outside_.push_back(&operation);
}

void sim_poller::cancel(io_operation& operation) noexcept {
    check(operation.links.state != idle, "an operation is cancelled that is not in flight");
    if (operation.links.state == cancelled) return;
    if (operation.links.state == on_socket) {
        queue_of(operation)->remove(operation);
        operation.links.slot = static_cast<std::uint32_t>(outside_.size());
        outside_.push_back(&operation);
    }
    operation.links.state = cancelled;
}

operation_list* sim_poller::queue_of(const io_operation& operation) noexcept {
    const io_op op = operation.request.op;
    const bool waits = op == io_op::wait_readable || op == io_op::wait_writable;
    socket* s = is_for_sockets(op) || waits ? find(operation.request.descriptor) : nullptr;
    if (!s) return nullptr;
    return is_output(op) ? &s->output : &s->input;
}

bool sim_poller::can_complete(const io_operation& operation) noexcept {
    const io_request& request = operation.request;
    if (operation.links.state == cancelled) return true;
    if (operation.links.state == outside) return can_complete_outside(request);
    const socket& s = *find(request.descriptor);
    if (&queue_of(operation)->front() != &operation) return false;   // another is before it
    switch (request.op) {
        case io_op::recv:
        case io_op::wait_readable:
            return !s.incoming.empty() || s.finished || s.reset || s.read_closed ||
                   !s.arrived.empty() || (!s.connected && !s.listening) ||
                   (request.op == io_op::recv && request.size == 0);
        case io_op::send:
        case io_op::wait_writable:
            return !s.peer || s.write_closed || s.reset ||
                   s.peer->incoming.size() < buffer_bytes_max;
        case io_op::accept: return !s.listening || !s.arrived.empty();
        default: {
            const socket* listener = listener_at(*request.address);
            return !listener || s.connected || listener->arrived.size() < listener->backlog;
        }
    }
}

bool sim_poller::can_complete_outside(const io_request& request) noexcept {
    const bool waits = request.op == io_op::wait_readable || request.op == io_op::wait_writable;
    const bool transfers = request.op == io_op::read || request.op == io_op::write;
    // A pipe may be empty or full, and nobody but this thread may be there to change that.
    if (waits || (transfers && request.offset == io_request::current_offset))
        return os::is_ready(request.descriptor, request.op == io_op::write ||
                                                    request.op == io_op::wait_writable) != 0;
    return true;
}

std::uint32_t sim_poller::some_of(std::size_t available, std::uint32_t size) noexcept {
    const std::uint64_t all = std::min<std::uint64_t>(available, size);
    // Now and then all, so that both the short and the full count are met.
    return static_cast<std::uint32_t>(random_.below(2) == 0 ? all : 1 + random_.below(all));
}

std::int32_t sim_poller::perform_recv(socket& s, const io_request& request) noexcept {
    if (!s.connected) return -ENOTCONN;
    if (request.size == 0 || s.read_closed) return 0;
    if (s.incoming.empty()) return s.reset ? -ECONNRESET : 0;
    const std::uint32_t count = some_of(s.incoming.size(), request.size);
    const auto end = s.incoming.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(s.incoming.begin(), end, static_cast<char*>(request.buffer));
    s.incoming.erase(s.incoming.begin(), end);
    return static_cast<std::int32_t>(count);
}

std::int32_t sim_poller::perform_send(socket& s, const io_request& request) noexcept {
    if (s.reset) return -ECONNRESET;
    if (!s.peer || s.write_closed) return s.connected ? -EPIPE : -ENOTCONN;
    if (request.size == 0) return 0;
    std::deque<char>& sent = s.peer->incoming;
    const std::uint32_t count = some_of(buffer_bytes_max - sent.size(), request.size);
    const char* from = static_cast<const char*>(request.source);
    if (!s.peer->read_closed) sent.insert(sent.end(), from, from + count);
    return static_cast<std::int32_t>(count);
}

std::int32_t sim_poller::perform_connect(socket& s, const io_request& request) noexcept {
    if (s.connected) return -EISCONN;
    socket* listener = listener_at(*request.address);
    if (!listener) return -ECONNREFUSED;
    const int number = make_socket(s.family);
    if (number < 0) return number;
    socket& far = *find(number);
    s.local = unused_address(s.family);
    s.remote = far.local = *request.address;
    far.remote = s.local;
    connect_ends(s, far);
    listener->arrived.push_back(number);
    return 0;
}

std::int32_t sim_poller::perform(const io_request& request) noexcept {
    socket* s = find(request.descriptor);
    if (is_for_sockets(request.op) && !s)
        return os::is_open(request.descriptor) ? -ENOTSOCK : -EBADF;
    switch (request.op) {
        case io_op::nop: return 0;
        case io_op::recv: return perform_recv(*s, request);
        case io_op::send: return perform_send(*s, request);
        case io_op::connect: return perform_connect(*s, request);
        case io_op::accept: {
            if (!s->listening) return -EINVAL;
            const int number = s->arrived.front();
            s->arrived.pop_front();
            return number;
        }
        case io_op::wait_readable:
        case io_op::wait_writable: return s || os::is_open(request.descriptor) ? 0 : -EBADF;
        default: return file_pool::perform(request);
    }
}

// ---- wait

void sim_poller::gather_ready() {
    ready_.clear();
    for (io_operation* operation : outside_)
        if (can_complete(*operation)) ready_.push_back(operation);
    for (const auto& s : sockets_) {
        if (!s) continue;
        for (operation_list* queue : {&s->input, &s->output})
            if (!queue->empty() && can_complete(queue->front())) ready_.push_back(&queue->front());
    }
}

void sim_poller::finish(io_operation& operation) noexcept {
    std::int32_t result = -ECANCELED;
    if (operation.links.state == on_socket) {
        queue_of(operation)->remove(operation);
    } else {
        io_operation* last = outside_.back();
        outside_[operation.links.slot] = last;
        last->links.slot = operation.links.slot;
        outside_.pop_back();
    }
    if (operation.links.state != cancelled) result = perform(operation.request);
    operation.links.state = idle;
    --in_flight_;
    operation.complete(result);   // may be gone now
}

std::size_t sim_poller::wait(time_point deadline) noexcept {
    stuck_ = false;
    // Acquire: pairs with wake(), so that what its caller published is seen.
    const bool woken = woken_.exchange(false, std::memory_order_acquire);
    std::size_t delivered = 0;
    // How many come now, and which, is chance. All stay in flight until we finish them, but what
    // they can do may have changed by the completions before.
    for (gather_ready(); !ready_.empty() && delivered < completions_per_wait_max;) {
        std::swap(ready_[random_.below(ready_.size())], ready_.back());
        io_operation& chosen = *ready_.back();
        ready_.pop_back();
        if (!can_complete(chosen)) continue;
        finish(chosen);
        ++delivered;
        if (random_.below(8) == 0) break;
    }
    if (delivered > 0 || woken) return delivered;
    if (deadline == time_point::max())
        stuck_ = true;
    else
        now_ = std::max(now_, deadline);
    return 0;
}

}  // namespace troika
