// SPDX-License-Identifier: MIT
#include <troika/troika.hpp>

#include <array>
#include <iostream>
#include <string>

troika::task<int> answer() {
    co_await troika::yield_now();
    co_return 42;
}

troika::task<void> async_main() {
    auto answers = co_await troika::gather(answer(), answer());
    auto& [first, second] = answers;
    std::cout << "the answer is " << (first + second) / 2 << "\n";
}

// Needs the libraries that the component http stands on.
bool http_links() {
    const troika::http::cookie_jar jar;
    return jar.size() == 0 && troika::http::content_decoder::make("gzip, br, zstd");
}

// The same for the component tls.
bool tls_links() {
    const std::array<std::string, 1> hosts{"localhost"};
    const troika::tls::identity made = troika::tls::self_signed(hosts);
    troika::tls::server_options who;
    who.certificate = made.certificate;
    who.key = made.key;
    const auto identity = troika::tls::server(who);
    return identity.options().certificate == made.certificate;
}

int main() {
    if (!http_links() || !tls_links()) return 1;
    troika::run(async_main());
}
