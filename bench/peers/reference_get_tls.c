// SPDX-License-Identifier: MIT
// links: openssl
// The least client that fetches many files over https:
// reference_get_tls PORT DIRECTORY NAMES CONNECTIONS AUTHORITY
//
// What reference_get does, with OpenSSL on the sockets: TLS 1.3, AES-128-GCM, the server's name
// and certificate checked against the file AUTHORITY, sessions resumed where a connection is made
// anew because the server says `Connection: close`. Knows only answers with status 200 and
// Content-Length; anything else ends it.
#include "reference_get.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

enum {
    read_ahead_size = 64 * 1024,   // several records a call: the sockets' own reads are 5 + 16 K
    sessions_max = 1024
};

struct secure_connection {
    struct connection plain;
    SSL* tls;
};

static SSL_CTX* context;
// Each is used once: OpenSSL takes no session of TLS 1.3 a second time.
static SSL_SESSION* sessions[sessions_max];
static size_t session_count;

static SSL** tls_of(struct connection* on) { return &((struct secure_connection*)on)->tls; }

static void refuse_tls(const char* what) {
    ERR_print_errors_fp(stderr);
    refuse(what);
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
        refuse_tls("OpenSSL cannot be set up");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, read_ahead_size);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, keep_session);
}

static void hang_up(struct connection* on) {
    SSL_shutdown(*tls_of(on));
    SSL_free(*tls_of(on));
    close(on->fd);
}

static void send_request(struct connection* on, const char* request, int size) {
    if (SSL_write(*tls_of(on), request, size) != size) refuse_tls("a request cannot be sent");
}

static void shake_hands(struct connection* on) {
    const int answer = SSL_do_handshake(*tls_of(on));
    if (answer == 1) {
        if (next_name < name_count)
            begin_request(on);
        else
            hang_up(on);
        return;
    }
    if (SSL_get_error(*tls_of(on), answer) != SSL_ERROR_WANT_READ)
        refuse_tls("the handshake failed");
}

static void connected(struct connection* on) {
    SSL* tls = SSL_new(context);
    if (tls == NULL || SSL_set_fd(tls, on->fd) != 1 ||
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), "127.0.0.1") != 1)
        refuse_tls("OpenSSL cannot make a connection");
    if (session_count > 0) {
        SSL_SESSION* session = sessions[--session_count];
        SSL_set_session(tls, session);
        SSL_SESSION_free(session);
    }
    SSL_set_connect_state(tls);
    *tls_of(on) = tls;
    on->state = shaking_hands;
    shake_hands(on);
}

// Takes what has come, and begins what follows it. Returns: whether the connection goes on.
static int go_on(struct connection* on, const char* data, size_t size) {
    if (!take(on, data, size)) return 1;
    if (next_name < name_count && !on->last) {
        begin_request(on);
        return 1;
    }
    hang_up(on);
    if (next_name < name_count) begin_connect(on);
    return 0;
}

static void receive(struct connection* on) {
    if (on->state == shaking_hands) {
        shake_hands(on);
        return;
    }
    size_t filled = 0;
    for (;;) {
        size_t got = 0;
        const int answer =
            SSL_read_ex(*tls_of(on), buffer + filled, sizeof buffer - filled, &got);
        filled += got;
        if (answer == 1 && filled < sizeof buffer && on->state == reading_body &&
            (long)filled < on->left)
            continue;
        if (filled > 0 && !go_on(on, buffer, filled)) return;
        filled = 0;
        if (answer == 1) continue;
        if (SSL_get_error(*tls_of(on), answer) != SSL_ERROR_WANT_READ)
            refuse_tls("the server hung up");
        return;
    }
}

int main(int count, char** arguments) {
    if (count != 6) {
        fputs("usage: reference_get_tls PORT DIRECTORY NAMES CONNECTIONS AUTHORITY\n", stderr);
        return 2;
    }
    const size_t connection_count = prepare(arguments);
    make_context(arguments[5]);
    struct secure_connection* connections = calloc(connection_count, sizeof *connections);
    if (connections == NULL) die("calloc");
    for (size_t i = 0; i < connection_count; ++i) begin_connect(&connections[i].plain);
    run_until_done();
    return 0;
}
