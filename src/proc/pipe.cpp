// SPDX-License-Identifier: MIT
#include <troika/proc/pipe.hpp>

#include "os/clock.hpp"
#include "os/descriptor_passing.hpp"
#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/socket.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace troika::impl {

/// What is behind an end of a pipe.
class pipe_state {
public:
    pipe_state(int socket, std::uint64_t message_max) noexcept
        : socket(socket), message_max(message_max) {}
    pipe_state(const pipe_state&) = delete;
    pipe_state& operator=(const pipe_state&) = delete;
    ~pipe_state() {
        // Where it was given away, this is only one of its descriptors.
        if (!given) os::shut_down(socket.get(), shutdown_how::both);
    }

    const os::fd socket;
    const std::uint64_t message_max;
    const std::uint64_t id = next_attachment_id();
    std::atomic<bool> given{false};
    std::mutex send_mutex;
    std::mutex receive_mutex;
    std::vector<std::byte> buffer;   // for pieces of messages; guarded by receive_mutex
};

namespace {

constexpr std::uint64_t magic_number = 0x7472'6f69'6b61'0004;
constexpr std::size_t piece_bytes = 65'536;

/// What stands before a message, with its descriptors beside it; their ids follow.
struct message_head {
    std::uint64_t magic = 0;
    std::uint64_t bytes = 0;
    std::uint64_t attachments = 0;
};

void send_all(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors) {
    while (!bytes.empty()) {
        const int sent =
            os::send_with_descriptors(socket, bytes, descriptors, os::passing::wait);
        if (sent == -EPIPE || sent == -ECONNRESET) pipe_core::throw_closed();
        os::or_throw(sent, "send by a pipe");
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
        descriptors = {};
    }
}

/// The message that is coming.
class incoming_message final : public wire_source {
public:
    explicit incoming_message(pipe_state& from) noexcept : from_(from) {}

    /// Returns: false when there is none, but the end.
    bool begin() {
        message_head head;
        int descriptors[os::passed_descriptors_max];
        const auto into = std::as_writable_bytes(std::span(&head, 1));
        std::size_t filled = 0;
        while (filled < into.size()) {
            std::size_t count = 0;
            const int received = os::receive_with_descriptors(
                from_.socket.get(), into.subspan(filled), descriptors, count, os::passing::wait);
            for (std::size_t i = 0; i < count; ++i) attachments_.emplace_back(0, descriptors[i]);
            os::or_throw(received, "receive by a pipe");
            if (received == 0 && filled == 0) return false;
            if (received == 0) cut_short();
            filled += static_cast<std::size_t>(received);
        }
        if (head.magic != magic_number || head.bytes > from_.message_max ||
            head.attachments > os::passed_descriptors_max)
            throw wire_error("what came by a pipe is no message");
        if (head.attachments != attachments_.size())
            throw wire_error("descriptors of a message did not arrive: this process may have no "
                             "more (ulimit -n)");
        size = left_ = head.bytes;
        std::array<std::uint64_t, os::passed_descriptors_max> ids;
        receive_all(std::as_writable_bytes(std::span(ids).first(attachments_.size())));
        for (std::size_t i = 0; i < attachments_.size(); ++i)
            attachments_[i] = received_attachment(ids[i], attachments_[i].release());
        return true;
    }

    std::span<const std::byte> more() override {
        if (left_ == 0) return {};
        from_.buffer.resize(piece_bytes);
        const auto into = std::span(from_.buffer).first(
            static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece_bytes)));
        const std::size_t received = receive(into);
        left_ -= received;
        return into.first(received);
    }
    received_attachment& attachment(std::uint64_t id) override {
        for (received_attachment& each : attachments_)
            if (each.id() == id) return each;
        return wire_source::attachment(id);
    }

    std::uint64_t size = 0;

private:
    [[noreturn]] static void cut_short() {
        throw wire_error("the other process closed the pipe, or ended, in the middle of a message");
    }
    std::size_t receive(std::span<std::byte> into) {
        int descriptors[os::passed_descriptors_max];
        std::size_t count = 0;
        const int received = os::receive_with_descriptors(from_.socket.get(), into, descriptors,
                                                          count, os::passing::wait);
        for (std::size_t i = 0; i < count; ++i) os::close_descriptor(descriptors[i]);
        os::or_throw(received, "receive by a pipe");
        if (received == 0) cut_short();
        return static_cast<std::size_t>(received);
    }
    void receive_all(std::span<std::byte> into) {
        while (!into.empty()) into = into.subspan(receive(into));
    }

    pipe_state& from_;
    std::uint64_t left_ = 0;
    std::vector<received_attachment> attachments_;
};

}  // namespace

pipe_core::pipe_core(std::shared_ptr<pipe_state> state) noexcept : state_(std::move(state)) {}

std::pair<pipe_core, pipe_core> pipe_core::make(const pipe_options& options) {
    int sockets[2];
    os::or_throw(os::open_stream_pair(sockets, false), "make a pipe");
    os::fd left(sockets[0]);
    os::fd right(sockets[1]);
    auto first = std::make_shared<pipe_state>(left.release(), options.message_max);
    auto second = std::make_shared<pipe_state>(right.release(), options.message_max);
    return {pipe_core(std::move(first)), pipe_core(std::move(second))};
}

bool pipe_core::is_open() const noexcept { return state_ && !state_->given; }

pipe_state& pipe_core::state() const {
    if (!is_open())
        throw std::logic_error("this end of a pipe was closed, or moved to another process");
    return *state_;
}

void pipe_core::throw_closed() { throw pipe_closed("the other end of a pipe is closed"); }

void pipe_core::send(const wire_writer& message) const {
    pipe_state& by = state();
    const std::span<const wire_attachment> given = message.attachments();
    if (message.size() > by.message_max)
        throw wire_error("a message of " + std::to_string(message.size()) +
                         " bytes is larger than the pipe's message_max, " +
                         std::to_string(by.message_max));
    if (given.size() > os::passed_descriptors_max)
        throw wire_error("a message can bring at most " +
                         std::to_string(os::passed_descriptors_max) +
                         " shared arrays, queues and ends of pipes at once");
    // Small messages go at once.
    wire_writer beginning;
    beginning.put(message_head{magic_number, message.size(), given.size()});
    std::vector<int> descriptors;
    for (const wire_attachment& each : given) {
        beginning.put(each.id);
        descriptors.push_back(each.descriptor);
    }
    const bool at_once = message.size() <= piece_bytes;
    if (at_once)
        for (const std::span<const std::byte> piece : message.segments()) beginning.copy(piece);

    const std::scoped_lock here(by.send_mutex);
    for (const std::span<const std::byte> piece : beginning.segments())
        send_all(by.socket.get(), piece, descriptors);
    if (at_once) return;
    for (const std::span<const std::byte> piece : message.segments())
        send_all(by.socket.get(), piece, {});
}

bool pipe_core::receive(void (*read)(wire_reader& from, void* into), void* into) const {
    pipe_state& by = state();
    const std::scoped_lock here(by.receive_mutex);
    try {
        incoming_message message(by);
        if (!message.begin()) return false;
        wire_reader from(message, message.size);
        read(from, into);
        from.finish();
        return true;
    } catch (...) {
        // Where the next message begins is not known.
        os::shut_down(by.socket.get(), shutdown_how::both);
        throw;
    }
}

bool pipe_core::wait_for(duration timeout) const {
    const time_point deadline = deadline_after(os::steady_time(), timeout);
    return os::or_throw(os::wait_until_readable(state().socket.get(), deadline),
                        "wait for a message of a pipe") > 0;
}

void pipe_core::write(wire_writer& to) const {
    // Several times, where a worker died before it had read the message.
    if (!state_) throw wire_error("an end of a pipe that is closed cannot be sent");
    state_->given = true;
    to.put(state_->id);
    to.put(state_->message_max);
    to.attach({state_->id, state_->socket.get(), state_});
}

pipe_core pipe_core::read(wire_reader& from) {
    received_attachment& came = from.attachment(from.get<std::uint64_t>());
    const auto message_max = from.get<std::uint64_t>();
    if (came.descriptor() < 0)
        throw wire_error("a message has the same end of a pipe twice");
    return pipe_core(std::make_shared<pipe_state>(came.release(), message_max));
}

}  // namespace troika::impl
