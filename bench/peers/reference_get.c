// SPDX-License-Identifier: MIT
// The least client that fetches many files: reference_get PORT DIRECTORY NAMES CONNECTIONS
//
// Epoll, keep-alive, one request at a time on each connection; asks this host for each path that a
// line of the file NAMES has, and writes it to DIRECTORY under its last part. Knows only answers
// with status 200 and Content-Length; anything else ends it. No durability, no names of hosts, no
// retry.
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

enum state { connecting, reading_head, reading_body };

struct connection {
    int fd;
    int file;
    enum state state;
    long left;
    size_t head_size;
    char head[head_max];
};

static char buffer[buffer_size];
static char** names;
static size_t name_count, next_name, done;
static int directory;

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

static void begin_request(struct connection* on) {
    if (next_name == name_count) {
        close(on->fd);
        on->fd = -1;
        return;
    }
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
    if (send(on->fd, request, (size_t)size, MSG_NOSIGNAL) != size) die("send");
}

// Returns: how many of `size` bytes at `data` belong to the head; all while it has not ended.
static size_t read_head(struct connection* on, const char* data, size_t size) {
    const size_t before = on->head_size;
    size_t taken = size;
    if (taken > head_max - 1 - before) taken = head_max - 1 - before;
    memcpy(on->head + before, data, taken);
    on->head_size += taken;
    on->head[on->head_size] = '\0';
    const char* end = strstr(on->head, "\r\n\r\n");
    if (end == NULL) {
        if (on->head_size == head_max - 1) refuse("the head of an answer is too long");
        return size;
    }
    const char* length = strcasestr(on->head, "\r\ncontent-length:");
    if (strncmp(on->head, "HTTP/1.1 200", 12) != 0 || length == NULL || length > end)
        refuse("an answer is not 200 with a length");
    on->left = atol(length + strlen("\r\ncontent-length:"));
    on->state = reading_body;
    return (size_t)(end + 4 - on->head) - before;
}

static void receive(struct connection* on) {
    const ssize_t got = recv(on->fd, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) die("recv");
    if (got == 0) refuse("the server hung up");
    const char* data = buffer;
    size_t size = (size_t)got;
    if (on->state == reading_head) {
        const size_t head = read_head(on, data, size);
        data += head;
        size -= head;
    }
    if (on->state != reading_body) return;
    if (size > 0) {
        if ((long)size > on->left) refuse("more came than was announced");
        if (write(on->file, data, size) != (ssize_t)size) die("write");
        on->left -= (long)size;
    }
    if (on->left > 0) return;
    close(on->file);
    ++done;
    begin_request(on);
}

static void finish_connect(int poller, struct connection* on) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(on->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) die("getsockopt");
    if (error != 0) {
        errno = error;
        die("connect");
    }
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = on}};
    if (epoll_ctl(poller, EPOLL_CTL_MOD, on->fd, &event) != 0) die("epoll_ctl");
    begin_request(on);
}

int main(int count, char** arguments) {
    if (count != 5) {
        fputs("usage: reference_get PORT DIRECTORY NAMES CONNECTIONS\n", stderr);
        return 2;
    }
    directory = open(arguments[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) die(arguments[2]);
    read_names(arguments[3]);
    size_t connection_count = (size_t)atol(arguments[4]);
    if (connection_count > name_count) connection_count = name_count;
    struct connection* connections = calloc(connection_count, sizeof *connections);
    if (connections == NULL) die("calloc");

    const int poller = epoll_create1(EPOLL_CLOEXEC);
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)atoi(arguments[1])),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    for (size_t i = 0; i < connection_count; ++i) {
        struct connection* on = &connections[i];
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
    struct epoll_event events[events_max];
    while (done < name_count) {
        const int ready = epoll_wait(poller, events, events_max, -1);
        for (int i = 0; i < ready; ++i) {
            struct connection* on = events[i].data.ptr;
            if (on->state == connecting)
                finish_connect(poller, on);
            else
                receive(on);
        }
    }
    return 0;
}
