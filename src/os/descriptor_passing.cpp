// SPDX-License-Identifier: MIT
#include "os/descriptor_passing.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace troika::os {

namespace {

constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(int) * passed_descriptors_max);

int flags_of(passing how) noexcept { return how == passing::wait ? 0 : MSG_DONTWAIT; }

}  // namespace

int open_packet_pair(int (&sockets)[2]) noexcept {
    return ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 ? -errno : 0;
}

int send_with_descriptors(int socket, std::span<const std::byte> bytes,
                          std::span<const int> descriptors, passing how) noexcept {
    if (descriptors.size() > passed_descriptors_max) return -EINVAL;
    iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) unsigned char control[control_bytes];
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
        std::memset(control, 0, CMSG_SPACE(descriptors.size_bytes()));
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        cmsghdr* const head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size_bytes());
    }
    for (;;) {
        const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | flags_of(how));
        if (sent >= 0) return static_cast<int>(sent);
        if (errno != EINTR) return -errno;
    }
}

int receive_with_descriptors(int socket, std::span<std::byte> into,
                             int (&descriptors)[passed_descriptors_max], std::size_t& count,
                             passing how) noexcept {
    count = 0;
    iovec piece{into.data(), into.size()};
    alignas(cmsghdr) unsigned char control[control_bytes];
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t received = 0;
    do {
        received = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | flags_of(how));
        // That the other side has ended without reading all is told once, before what it has sent.
    } while (received < 0 && (errno == EINTR || errno == ECONNRESET));
    if (received < 0) return -errno;
    for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
         head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t bytes = head->cmsg_len - CMSG_LEN(0);
        std::memcpy(descriptors, CMSG_DATA(head), bytes);
        count = bytes / sizeof(int);
    }
    if ((message.msg_flags & MSG_TRUNC) != 0) {
        for (std::size_t i = 0; i < count; ++i) ::close(descriptors[i]);
        count = 0;
        return -EMSGSIZE;
    }
    return static_cast<int>(received);
}

int wait_until_readable(int socket, std::chrono::steady_clock::time_point deadline) noexcept {
    using namespace std::chrono;
    constexpr auto longest = duration_cast<steady_clock::duration>(hours(24));
    for (;;) {
        const auto now = steady_clock::now();
        const auto left =
            std::clamp(deadline > now ? deadline - now : steady_clock::duration{},
                       steady_clock::duration{}, longest);
        const auto whole = duration_cast<seconds>(left);
        timespec limit{};
        limit.tv_sec = static_cast<time_t>(whole.count());
        limit.tv_nsec = static_cast<long>(duration_cast<nanoseconds>(left - whole).count());
        pollfd what{socket, POLLIN, 0};
        const int ready = ::ppoll(&what, 1, &limit, nullptr);
        if (ready > 0) return 1;
        if (ready < 0 && errno != EINTR) return -errno;
        if (ready == 0 && left < longest) return 0;
    }
}

}  // namespace troika::os
