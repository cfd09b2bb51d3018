// SPDX-License-Identifier: MIT
// Loads an echo server: loadgen PORT CONNECTIONS BYTES WARM_MS MEASURED_MS SERVER_PID
//
// Each connection sends a message, waits until all of it is back, and sends the next. One thread
// asks epoll without ever sleeping, so that no wake-up of this side is in the figures. The server's
// processor time is what the scheduler accounts to its threads. Prints requests per second,
// latency, the server's CPU time a request and its load.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { events_max = 256, receive_size = 256 * 1024, buckets = 1 << 20 };

struct connection {
    int fd;
    uint64_t begin;
    size_t sent;
    size_t got;
};

static const uint64_t bucket_ns = 100;
static const double us_per_bucket = 0.1;
static uint32_t histogram[buckets];   // of 100 ns each: up to 105 ms
static char* message;
static size_t message_size;
static char received[receive_size];

static void die(const char* what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t cpu_time_of(int pid) {
    char path[512];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR* threads = opendir(path);
    if (threads == NULL) die("the server's threads");
    uint64_t total = 0;
    const struct dirent* thread;
    while ((thread = readdir(threads)) != NULL) {
        if (thread->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, thread->d_name);
        FILE* file = fopen(path, "r");
        if (file == NULL) continue;
        unsigned long long used = 0;
        if (fscanf(file, "%llu", &used) == 1) total += used;
        fclose(file);
    }
    closedir(threads);
    return total;
}

static void send_some(struct connection* on) {
    while (on->sent < message_size) {
        const ssize_t count =
            send(on->fd, message + on->sent, message_size - on->sent, MSG_NOSIGNAL);
        if (count < 0) {
            if (errno == EAGAIN) return;
            die("send");
        }
        on->sent += (size_t)count;
    }
}

// Returns: whether the whole message is back.
static int receive_some(struct connection* on) {
    for (;;) {
        const ssize_t count = recv(on->fd, received, sizeof received, 0);
        if (count < 0) {
            if (errno == EAGAIN) return 0;
            die("recv");
        }
        if (count == 0) {
            fputs("the server hung up\n", stderr);
            exit(1);
        }
        // Every byte is the same one, so only lost, made up or changed ones could be told.
        if (received[0] != 'x' || received[count - 1] != 'x') {
            fputs("the echo is wrong\n", stderr);
            exit(1);
        }
        on->got += (size_t)count;
        if (on->got >= message_size) return 1;
    }
}

static void begin_request(struct connection* on, uint64_t time) {
    on->got = 0;
    on->sent = 0;
    on->begin = time;
    send_some(on);
}

static double percentile(uint64_t total, double share) {
    uint64_t seen = 0;
    for (int i = 0; i < buckets; ++i) {
        seen += histogram[i];
        if ((double)seen >= (double)total * share) return (i + 0.5) * us_per_bucket;
    }
    return (double)buckets * us_per_bucket;
}

int main(int argument_count, char** arguments) {
    if (argument_count != 7) {
        fputs("usage: loadgen PORT CONNECTIONS BYTES WARM_MS MEASURED_MS SERVER_PID\n", stderr);
        return 2;
    }
    const int count = atoi(arguments[2]);
    message_size = (size_t)atol(arguments[3]);
    const uint64_t warm_ns = (uint64_t)atol(arguments[4]) * 1000000u;
    const uint64_t measured_ns = (uint64_t)atol(arguments[5]) * 1000000u;
    const int server = atoi(arguments[6]);
    message = malloc(message_size);
    struct connection* connections = calloc((size_t)count, sizeof *connections);
    if (message == NULL || connections == NULL) die("malloc");
    memset(message, 'x', message_size);

    const int poller = epoll_create1(EPOLL_CLOEXEC);
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)atoi(arguments[1])),
                                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    for (int i = 0; i < count; ++i) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0) die("socket");
        if (connect(fd, (const struct sockaddr*)&address, sizeof address) != 0) die("connect");
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        connections[i].fd = fd;
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET,
                                    .data = {.ptr = &connections[i]}};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
    }
    for (int i = 0; i < count; ++i) begin_request(&connections[i], now());

    const uint64_t warm_until = now() + warm_ns;
    uint64_t begin = 0, end = 0, cpu_begin = 0, requests = 0;
    struct epoll_event events[events_max];
    for (;;) {
        const int ready = epoll_wait(poller, events, events_max, 0);
        const uint64_t time = now();
        if (begin == 0 && time >= warm_until) {
            begin = time;
            end = time + measured_ns;
            cpu_begin = cpu_time_of(server);
            requests = 0;
        }
        if (begin != 0 && time >= end) break;
        for (int i = 0; i < ready; ++i) {
            struct connection* on = events[i].data.ptr;
            send_some(on);
            if (!receive_some(on)) continue;
            const uint64_t done = now();
            if (begin != 0) {
                const uint64_t bucket = (done - on->begin) / bucket_ns;
                ++histogram[bucket < buckets ? bucket : buckets - 1];
            }
            ++requests;
            begin_request(on, done);
        }
    }
    const double taken_ns = (double)(now() - begin);
    const double cpu_ns = (double)(cpu_time_of(server) - cpu_begin);
    if (requests == 0) {
        fputs("the server answered nothing\n", stderr);
        return 1;
    }
    uint64_t total = 0;
    for (int i = 0; i < buckets; ++i) total += histogram[i];
    printf("rps=%.0f p50_us=%.2f p99_us=%.2f cpu_ns=%.1f load=%.3f\n",
           (double)requests / taken_ns * 1e9, percentile(total, 0.50), percentile(total, 0.99),
           cpu_ns / (double)requests, cpu_ns / taken_ns);
    return 0;
}
