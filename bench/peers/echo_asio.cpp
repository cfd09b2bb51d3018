// SPDX-License-Identifier: MIT
// links: asio
// An echo server with Asio: with coroutines, or with callbacks when it is called with "callbacks".
// Prints port=N.
#include <array>
#include <asio.hpp>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr std::size_t buffer_size = 64 * 1024;

awaitable<void> serve(tcp::socket peer) {
    const auto buffer = std::make_unique<std::array<char, buffer_size>>();
    try {
        for (;;) {
            const std::size_t got =
                co_await peer.async_read_some(asio::buffer(*buffer), use_awaitable);
            co_await asio::async_write(peer, asio::buffer(*buffer, got), use_awaitable);
        }
    } catch (const std::system_error&) {
        // The client has hung up.
    }
}

awaitable<void> accept_all(tcp::acceptor& acceptor) {
    for (;;) {
        tcp::socket peer = co_await acceptor.async_accept(use_awaitable);
        peer.set_option(tcp::no_delay(true));
        asio::co_spawn(acceptor.get_executor(), serve(std::move(peer)), asio::detached);
    }
}

class session : public std::enable_shared_from_this<session> {
public:
    explicit session(tcp::socket peer) : peer_(std::move(peer)) {}
    void read() {
        peer_.async_read_some(asio::buffer(buffer_),
                              [me = shared_from_this()](std::error_code error, std::size_t got) {
                                  if (!error) me->write(got);
                              });
    }

private:
    void write(std::size_t size) {
        asio::async_write(peer_, asio::buffer(buffer_, size),
                          [me = shared_from_this()](std::error_code error, std::size_t) {
                              if (!error) me->read();
                          });
    }
    tcp::socket peer_;
    std::array<char, buffer_size> buffer_;
};

void accept_next(tcp::acceptor& acceptor) {
    acceptor.async_accept([&acceptor](std::error_code error, tcp::socket peer) {
        if (!error) {
            peer.set_option(tcp::no_delay(true));
            std::make_shared<session>(std::move(peer))->read();
        }
        accept_next(acceptor);
    });
}

}  // namespace

int main(int count, char** arguments) {
    asio::io_context context(1);
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    acceptor.listen(4096);
    std::printf("port=%d\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    if (count > 1 && std::string_view(arguments[1]) == "callbacks")
        accept_next(acceptor);
    else
        asio::co_spawn(context, accept_all(acceptor), asio::detached);
    context.run();
}
