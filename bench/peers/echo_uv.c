// SPDX-License-Identifier: MIT
// links: libuv
// An echo server with libuv that tries to send at once, as it recommends. Prints port=N.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { buffer_size = 64 * 1024 };

static void* must(void* memory) {
    if (memory == NULL) abort();
    return memory;
}

static void give_buffer(uv_handle_t* handle, size_t size, uv_buf_t* into) {
    (void)handle;
    (void)size;
    *into = uv_buf_init(must(malloc(buffer_size)), buffer_size);
}

static void free_handle(uv_handle_t* handle) { free(handle); }

static void free_write(uv_write_t* request, int status) {
    (void)status;
    free(request->data);
    free(request);
}

static void echo(uv_stream_t* stream, ssize_t got, const uv_buf_t* from) {
    if (got <= 0) {
        free(from->base);
        if (got < 0) uv_close((uv_handle_t*)stream, free_handle);
        return;
    }
    uv_buf_t rest = uv_buf_init(from->base, (unsigned)got);
    int sent = uv_try_write(stream, &rest, 1);
    if (sent == got) {
        free(from->base);
        return;
    }
    if (sent < 0) sent = 0;
    uv_write_t* request = must(malloc(sizeof *request));
    request->data = from->base;
    rest = uv_buf_init(from->base + sent, (unsigned)(got - sent));
    uv_write(request, stream, &rest, 1, free_write);
}

static void welcome(uv_stream_t* listener, int status) {
    if (status < 0) return;
    uv_tcp_t* peer = must(malloc(sizeof *peer));
    uv_tcp_init(listener->loop, peer);
    if (uv_accept(listener, (uv_stream_t*)peer) != 0) {
        uv_close((uv_handle_t*)peer, free_handle);
        return;
    }
    uv_tcp_nodelay(peer, 1);
    uv_read_start((uv_stream_t*)peer, give_buffer, echo);
}

int main(void) {
    uv_loop_t* loop = uv_default_loop();
    uv_tcp_t listener;
    struct sockaddr_in address;
    int size = sizeof address;
    uv_tcp_init(loop, &listener);
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_bind(&listener, (const struct sockaddr*)&address, 0);
    if (uv_listen((uv_stream_t*)&listener, 4096, welcome) != 0) return 1;
    uv_tcp_getsockname(&listener, (struct sockaddr*)&address, &size);
    printf("port=%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return uv_run(loop, UV_RUN_DEFAULT);
}
