// SPDX-License-Identifier: MIT
// links: openssl
// The least client that fetches many files over https:
// reference_get_tls PORT DIRECTORY NAMES CONNECTIONS AUTHORITY
//
// What reference_get does, with OpenSSL on the sockets: TLS 1.3, AES-128-GCM, the server's name
// and certificate checked against the file AUTHORITY, sessions resumed where a connection is made
// anew because the server says `Connection: close`. Knows only answers with status 200 and
// Content-Length; anything else ends it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    events_max = 256,
    buffer_size = 256 * 1024,
    read_ahead_size = 64 * 1024,   // several records a call: the sockets' own reads are 5 + 16 K
    head_max = 4096,
    line_max = 512,
    sessions_max = 1024
};

enum state { connecting, shaking_hands, reading_head, reading_body };

struct connection {
    SSL* tls;
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
static SSL_CTX* context;
// Each is used once: OpenSSL takes no session of TLS 1.3 a second time.
static SSL_SESSION* sessions[sessions_max];
static size_t session_count;

static void die(const char* what) {
    perror(what);
    exit(1);
}

static void refuse(const char* what) {
    fprintf(stderr, "%s\n", what);
    ERR_print_errors_fp(stderr);
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

static int keep_session(SSL* tls, SSL_SESSION* offered) {
    (void)tls;
    if (session_count == sessions_max) return 0;
    sessions[session_count++] = offered;
    return 1;
}

static void make_context(const char* authority) {
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1 ||
        SSL_CTX_load_verify_file(context, authority) != 1)
        refuse("OpenSSL cannot be set up");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, read_ahead_size);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, keep_session);
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

static void hang_up(struct connection* on) {
    SSL_shutdown(on->tls);
    SSL_free(on->tls);
    close(on->fd);
}

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
    if (SSL_write(on->tls, request, size) != size) refuse("a request cannot be sent");
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

// Returns: whether the connection goes on.
static int take(struct connection* on, const char* data, size_t size) {
    if (on->state == reading_head) {
        const size_t head = read_head(on, data, size);
        data += head;
        size -= head;
    }
    if (on->state != reading_body) return 1;
    if (size > 0) {
        if ((long)size > on->left) refuse("more came than was announced");
        if (write(on->file, data, size) != (ssize_t)size) die("write");
        on->left -= (long)size;
    }
    if (on->left > 0) return 1;
    close(on->file);
    ++done;
    if (next_name < name_count && !on->last) {
        begin_request(on);
        return 1;
    }
    hang_up(on);
    if (next_name < name_count) begin_connect(on);
    return 0;
}

static void receive(struct connection* on) {
    size_t filled = 0;
    for (;;) {
        size_t got = 0;
        const int answer =
            SSL_read_ex(on->tls, buffer + filled, sizeof buffer - filled, &got);
        filled += got;
        if (answer == 1 && filled < sizeof buffer && on->state == reading_body &&
            (long)filled < on->left)
            continue;
        if (filled > 0 && !take(on, buffer, filled)) return;
        filled = 0;
        if (answer == 1) continue;
        if (SSL_get_error(on->tls, answer) != SSL_ERROR_WANT_READ) refuse("the server hung up");
        return;
    }
}

static void shake_hands(struct connection* on) {
    const int answer = SSL_do_handshake(on->tls);
    if (answer == 1) {
        if (next_name < name_count)
            begin_request(on);
        else
            hang_up(on);
        return;
    }
    if (SSL_get_error(on->tls, answer) != SSL_ERROR_WANT_READ) refuse("the handshake failed");
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
    on->tls = SSL_new(context);
    if (on->tls == NULL || SSL_set_fd(on->tls, on->fd) != 1 ||
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(on->tls), "127.0.0.1") != 1)
        refuse("OpenSSL cannot make a connection");
    if (session_count > 0) {
        SSL_SESSION* session = sessions[--session_count];
        SSL_set_session(on->tls, session);
        SSL_SESSION_free(session);
    }
    SSL_set_connect_state(on->tls);
    on->state = shaking_hands;
    shake_hands(on);
}

int main(int count, char** arguments) {
    if (count != 6) {
        fputs("usage: reference_get_tls PORT DIRECTORY NAMES CONNECTIONS AUTHORITY\n", stderr);
        return 2;
    }
    directory = open(arguments[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) die(arguments[2]);
    read_names(arguments[3]);
    size_t connection_count = (size_t)atol(arguments[4]);
    if (connection_count > name_count) connection_count = name_count;
    struct connection* connections = calloc(connection_count, sizeof *connections);
    if (connections == NULL) die("calloc");
    make_context(arguments[5]);
    address = (struct sockaddr_in){.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)atoi(arguments[1])),
                                   .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    poller = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < connection_count; ++i) begin_connect(&connections[i]);
    struct epoll_event events[events_max];
    while (done < name_count) {
        const int ready = epoll_wait(poller, events, events_max, -1);
        for (int i = 0; i < ready; ++i) {
            struct connection* on = events[i].data.ptr;
            if (on->state == connecting)
                finish_connect(on);
            else if (on->state == shaking_hands)
                shake_hands(on);
            else
                receive(on);
        }
    }
    return 0;
}
