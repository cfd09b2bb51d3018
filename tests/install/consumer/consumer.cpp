// SPDX-License-Identifier: MIT
#include <troika/troika.hpp>

#include <iostream>

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

int main() {
    if (!http_links()) return 1;
    troika::run(async_main());
}
