// SPDX-License-Identifier: MIT
// An HTTP server that waits: delay_server DELAY_MS BYTES
//
// Answers every request with the same BYTES bytes, DELAY_MS after it came. Keep-alive; a client may
// not send a request before it has the answer to the one before. Prints port=N.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { events_max = 512, request_max = 8192 };

struct connection {
    int fd;
    size_t request_size;
    char request[request_max];
    size_t sent;      // of the answer, once its time has come
    int answering;
    int keep_alive;
    uint64_t due;
    struct connection* next;   // in the line of those that wait
};

static struct connection* first;
static struct connection** last = &first;
static char* answer;
static size_t answer_size;
static int poller;

static void die(const char* what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void watch(int how, struct connection* on, uint32_t events) {
    struct epoll_event event = {.events = events, .data = {.ptr = on}};
    if (epoll_ctl(poller, how, on->fd, &event) != 0) die("epoll_ctl");
}

static void hang_up(struct connection* on) {
    close(on->fd);
    free(on);
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        const int no_delay = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
        struct connection* on = calloc(1, sizeof *on);
        if (on == NULL) die("calloc");
        on->fd = fd;
        watch(EPOLL_CTL_ADD, on, EPOLLIN);
    }
}

// All delays are equal, so a line is enough, and nothing else watches a connection that waits.
static void line_up(struct connection* on, uint64_t delay) {
    on->due = now() + delay;
    on->next = NULL;
    *last = on;
    last = &on->next;
    watch(EPOLL_CTL_MOD, on, 0);
}

static void receive(struct connection* on, uint64_t delay) {
    const ssize_t got =
        recv(on->fd, on->request + on->request_size, request_max - 1 - on->request_size, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) hang_up(on);
        return;
    }
    on->request_size += (size_t)got;
    on->request[on->request_size] = '\0';
    if (strstr(on->request, "\r\n\r\n") == NULL) {
        if (on->request_size == request_max - 1) hang_up(on);
        return;
    }
    on->keep_alive = strcasestr(on->request, "\r\nconnection: close") == NULL;
    on->request_size = 0;
    line_up(on, delay);
}

static void send_answer(struct connection* on) {
    const ssize_t count = send(on->fd, answer + on->sent, answer_size - on->sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) {
        hang_up(on);
        return;
    }
    if (count > 0) on->sent += (size_t)count;
    if (on->sent < answer_size) {
        if (!on->answering) watch(EPOLL_CTL_MOD, on, EPOLLOUT);
        on->answering = 1;
        return;
    }
    if (!on->keep_alive) {
        hang_up(on);
        return;
    }
    on->sent = 0;
    on->answering = 0;
    watch(EPOLL_CTL_MOD, on, EPOLLIN);
}

static void send_due(void) {
    const uint64_t time = now();
    while (first != NULL && first->due <= time) {
        struct connection* on = first;
        first = on->next;
        if (first == NULL) last = &first;
        send_answer(on);
    }
}

static int listen_somewhere(void) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    if (bind(listener, (const struct sockaddr*)&address, size) != 0) die("bind");
    if (getsockname(listener, (struct sockaddr*)&address, &size) != 0) die("getsockname");
    if (listen(listener, 4096) != 0) die("listen");
    printf("port=%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char** arguments) {
    if (count != 3) {
        fputs("usage: delay_server DELAY_MS BYTES\n", stderr);
        return 2;
    }
    const uint64_t delay = (uint64_t)atol(arguments[1]) * 1000000u;
    const long body_size = atol(arguments[2]);
    answer = malloc((size_t)body_size + 256);
    if (answer == NULL) die("malloc");
    const int head = sprintf(answer,
                             "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                             "Content-Length: %ld\r\n\r\n",
                             body_size);
    memset(answer + head, 'x', (size_t)body_size);
    answer_size = (size_t)head + (size_t)body_size;

    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) die("epoll_create1");
    struct connection listener = {.fd = listen_somewhere()};
    watch(EPOLL_CTL_ADD, &listener, EPOLLIN);
    struct epoll_event events[events_max];
    for (;;) {
        struct timespec wait = {0, 0};
        const uint64_t time = now();
        if (first != NULL && first->due > time) {
            wait.tv_sec = (time_t)((first->due - time) / 1000000000u);
            wait.tv_nsec = (long)((first->due - time) % 1000000000u);
        }
        const int ready =
            epoll_pwait2(poller, events, events_max, first != NULL ? &wait : NULL, NULL);
        for (int i = 0; i < ready; ++i) {
            struct connection* on = events[i].data.ptr;
            if (on == &listener)
                accept_all(on->fd);
            else if (on->answering)
                send_answer(on);
            else if (events[i].events & EPOLLIN)
                receive(on, delay);
        }
        send_due();
    }
}
