// SPDX-License-Identifier: MIT
// What reference_get and reference_get_tls have in common: the sockets, the names, the answers.
#pragma once

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { events_max = 256, buffer_size = 256 * 1024, head_max = 4096, line_max = 512 };

enum state { connecting, shaking_hands, reading_head, reading_body };

struct connection {
    int fd;
    int file;
    int last;   // the server closes after this answer
    enum state state;
    long left;
    size_t head_size;
    char head[head_max];
};

static char buffer[buffer_size];
static char** names;
static size_t name_count, next_name, done;
static int directory, poller;
static struct sockaddr_in address;

// What each of the programs does in its own way.
static void connected(struct connection* on);
static void send_request(struct connection* on, const char* request, int size);
static void receive(struct connection* on);

static void die(const char* what) {
    perror(what);
    exit(1);
}

static void refuse(const char* what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void read_names(const char* path) {
    FILE* file = fopen(path, "r");
    if (file == NULL) die(path);
    char line[line_max];
    size_t room = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (name_count == room) {
            room = room == 0 ? 1024 : 2 * room;
            names = realloc(names, room * sizeof *names);
            if (names == NULL) die("realloc");
        }
        names[name_count++] = strdup(line);
    }
    fclose(file);
}

// Takes PORT, DIRECTORY, NAMES and CONNECTIONS. Returns: how many connections are of use.
static size_t prepare(char** arguments) {
    address = (struct sockaddr_in){.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)atoi(arguments[1])),
                                   .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    directory = open(arguments[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) die(arguments[2]);
    read_names(arguments[3]);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) die("epoll_create1");
    const size_t wanted = (size_t)atol(arguments[4]);
    return wanted < name_count ? wanted : name_count;
}

static void begin_connect(struct connection* on) {
    on->state = connecting;
    on->last = 0;
    on->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (on->fd < 0) die("socket");
    if (connect(on->fd, (const struct sockaddr*)&address, sizeof address) != 0 &&
        errno != EINPROGRESS)
        die("connect");
    const int no_delay = 1;
    setsockopt(on->fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
    struct epoll_event event = {.events = EPOLLOUT, .data = {.ptr = on}};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, on->fd, &event) != 0) die("epoll_ctl");
}

static void finish_connect(struct connection* on) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(on->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) die("getsockopt");
    if (error != 0) {
        errno = error;
        die("connect");
    }
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = on}};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, on->fd, &event) != 0) die("epoll_ctl");
    connected(on);
}

// Asks for the next name. Requires: there is one.
static void begin_request(struct connection* on) {
    const char* name = names[next_name++];
    const char* slash = strrchr(name, '/');
    on->file = openat(directory, slash != NULL ? slash + 1 : name,
                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (on->file < 0) die("open");
    char request[line_max + 64];
    const int size = snprintf(request, sizeof request,
                              "GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", name);
    on->state = reading_head;
    on->head_size = 0;
    send_request(on, request, size);
}

// Returns: how many of `size` bytes at `data` belong to the head; all while it has not ended.
static size_t read_head(struct connection* on, const char* data, size_t size) {
    const size_t before = on->head_size;
    size_t taken = size;
    if (taken > head_max - 1 - before) taken = head_max - 1 - before;
    memcpy(on->head + before, data, taken);
    on->head_size += taken;
    on->head[on->head_size] = '\0';
    char* end = strstr(on->head, "\r\n\r\n");
    if (end == NULL) {
        if (on->head_size == head_max - 1) refuse("the head of an answer is too long");
        return size;
    }
    end[2] = '\0';
    const char* length = strcasestr(on->head, "\r\ncontent-length:");
    if (strncmp(on->head, "HTTP/1.1 200", 12) != 0 || length == NULL)
        refuse("an answer is not 200 with a length");
    on->left = atol(length + strlen("\r\ncontent-length:"));
    on->last = strcasestr(on->head, "\r\nconnection: close") != NULL;
    on->state = reading_body;
    return (size_t)(end + 4 - on->head) - before;
}

// Takes a piece of an answer. Returns: whether the file is whole now.
static int take(struct connection* on, const char* data, size_t size) {
    if (on->state == reading_head) {
        const size_t head = read_head(on, data, size);
        data += head;
        size -= head;
    }
    if (on->state != reading_body) return 0;
    if (size > 0) {
        if ((long)size > on->left) refuse("more came than was announced");
        if (write(on->file, data, size) != (ssize_t)size) die("write");
        on->left -= (long)size;
    }
    if (on->left > 0) return 0;
    close(on->file);
    ++done;
    return 1;
}

static void run_until_done(void) {
    struct epoll_event events[events_max];
    while (done < name_count) {
        const int ready = epoll_wait(poller, events, events_max, -1);
        for (int i = 0; i < ready; ++i) {
            struct connection* on = events[i].data.ptr;
            if (on->state == connecting)
                finish_connect(on);
            else
                receive(on);
        }
    }
}
