// SPDX-License-Identifier: MIT
// An echo server that shows a certificate, a client that trusts it, and one that does not.
#include <troika/troika.hpp>

#include <array>
#include <iostream>
#include <optional>
#include <span>
#include <string>

troika::task<void> echo(troika::net::stream peer) {
    std::array<std::byte, 4096> buffer;
    while (std::size_t n = co_await peer.read_some(buffer))
        co_await peer.write_all(std::span{buffer}.first(n));
}

troika::task<void> talk(std::uint16_t port, troika::tls::client_context trust) {
    auto stream = co_await troika::net::open_connection({"localhost", port}, {.tls = &trust});
    const auto agreed = troika::tls::info_of(stream);
    std::cout << agreed->version << (agreed->resumed ? ", resumed" : ", new") << '\n';
    co_await stream.write_all("hello\r\n");
    const std::string line = co_await stream.read_until("\r\n");
    std::cout << "echo: " << line.substr(0, line.size() - 2) << '\n';
    co_await stream.close_write();
    const std::optional<std::string> rest = co_await stream.read_line();
    std::cout << (rest ? "more came" : "the end, and nobody has cut it") << '\n';
}

troika::task<void> async_main(troika::tls::client_context usual) {
    // For a name that is known: whoever has a certificate of an authority names its files instead.
    const std::array<std::string, 1> hosts{"localhost"};
    const troika::tls::identity made = troika::tls::self_signed(hosts);
    troika::tls::server_options who;
    who.certificate = made.certificate;
    who.key = made.key;
    const auto identity = troika::tls::server(who);
    auto server = co_await troika::net::start_server({"127.0.0.1", 0}, echo, {.tls = &identity});

    troika::tls::client_options whom;
    whom.system_trust = false;   // nobody but that one
    whom.authorities = made.certificate;
    const auto trust = troika::tls::client(whom);
    co_await talk(server.port(), trust);
    co_await talk(server.port(), trust);

    try {
        co_await talk(server.port(), usual);
    } catch (const troika::tls::error& refused) {
        const bool untrusted = refused.reason() == troika::tls::errc::certificate_untrusted;
        std::cout << (untrusted ? "a stranger would not be trusted" : refused.what()) << '\n';
    }
    co_await server.drain();
}

int main() {
    const auto usual = troika::tls::client();   // trusts whom the system trusts: a file to be read
    troika::run(async_main(usual));
}
