// SPDX-License-Identifier: MIT
// The least echo server: level-triggered epoll, one buffer for all, what cannot be sent is kept.
// Prints port=N, then serves until it is killed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { descriptors_max = 20000, events_max = 512, buffer_size = 64 * 1024 };

struct unsent {
    char* data;
    size_t size;
};

static struct unsent unsent[descriptors_max];
static char buffer[buffer_size];
static int poller;

static void die(const char* what) {
    perror(what);
    exit(1);
}

static void watch(int how, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data = {.fd = fd}};
    if (epoll_ctl(poller, how, fd, &event) != 0) die("epoll_ctl");
}

static void hang_up(int fd) {
    free(unsent[fd].data);
    unsent[fd] = (struct unsent){0};
    close(fd);
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        const int on = 1;
        if (fd >= descriptors_max) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
}

static void send_rest(int fd) {
    struct unsent* rest = &unsent[fd];
    const ssize_t sent = send(fd, rest->data, rest->size, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN) hang_up(fd);
        return;
    }
    rest->size -= (size_t)sent;
    memmove(rest->data, rest->data + sent, rest->size);
    if (rest->size > 0) return;
    free(rest->data);
    rest->data = NULL;
    watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void echo(int fd) {
    const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) hang_up(fd);
        return;
    }
    ssize_t sent = send(fd, buffer, (size_t)got, MSG_NOSIGNAL);
    if (sent == got) return;
    if (sent < 0) {
        if (errno != EAGAIN) {
            hang_up(fd);
            return;
        }
        sent = 0;
    }
    struct unsent* rest = &unsent[fd];
    rest->size = (size_t)(got - sent);
    rest->data = malloc(rest->size);
    if (rest->data == NULL) die("malloc");
    memcpy(rest->data, buffer + sent, rest->size);
    watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

int main(void) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    if (bind(listener, (const struct sockaddr*)&address, size) != 0) die("bind");
    if (getsockname(listener, (struct sockaddr*)&address, &size) != 0) die("getsockname");
    if (listen(listener, 4096) != 0) die("listen");
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) die("epoll_create1");
    watch(EPOLL_CTL_ADD, listener, EPOLLIN);
    printf("port=%d\n", ntohs(address.sin_port));
    fflush(stdout);

    struct epoll_event events[events_max];
    for (;;) {
        const int count = epoll_wait(poller, events, events_max, -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd == listener)
                accept_all(fd);
            else if (unsent[fd].size > 0)
                send_rest(fd);
            else
                echo(fd);
        }
    }
}
