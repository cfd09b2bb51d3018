// SPDX-License-Identifier: MIT
// The least client that fetches many files: reference_get PORT DIRECTORY NAMES CONNECTIONS
//
// Epoll, keep-alive, one request at a time on each connection; asks this host for each path that a
// line of the file NAMES has, and writes it to DIRECTORY under its last part. Knows only answers
// with status 200 and Content-Length; anything else ends it. No durability, no names of hosts, no
// retry.
#include "reference_get.h"

// The next name, if there is one.
static void connected(struct connection* on) {
    if (next_name < name_count)
        begin_request(on);
    else
        close(on->fd);
}

static void send_request(struct connection* on, const char* request, int size) {
    if (send(on->fd, request, (size_t)size, MSG_NOSIGNAL) != size) die("send");
}

static void receive(struct connection* on) {
    const ssize_t got = recv(on->fd, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) die("recv");
    if (got == 0) refuse("the server hung up");
    if (take(on, buffer, (size_t)got)) connected(on);
}

int main(int count, char** arguments) {
    if (count != 5) {
        fputs("usage: reference_get PORT DIRECTORY NAMES CONNECTIONS\n", stderr);
        return 2;
    }
    const size_t connection_count = prepare(arguments);
    struct connection* connections = calloc(connection_count, sizeof *connections);
    if (connections == NULL) die("calloc");
    for (size_t i = 0; i < connection_count; ++i) begin_connect(&connections[i]);
    run_until_done();
    return 0;
}
