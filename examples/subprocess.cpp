// SPDX-License-Identifier: MIT
// Other programs as children: run to their end, talked to, given up.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

using namespace std::chrono_literals;
namespace subprocess = troika::subprocess;

// Text in, text out; all that is written at once goes both ways at once.
troika::task<void> zip_and_unzip() {
    const std::string text(1'000'000, 'z');
    auto zipped = co_await subprocess::run({"gzip", "-9"}, {.input = text});
    auto plain = co_await subprocess::run({"gzip", "-d"}, {.input = zipped.output});
    std::cout << "a million bytes become " << (zipped.output.size() < 10'000 ? "few" : "many")
              << ", and come back " << (plain.output == text ? "unchanged" : "damaged") << '\n';
}

// Three at once: the total time is the longest, not the sum.
troika::task<void> many_at_once() {
    auto words = co_await troika::gather(subprocess::run({"sh", "-c", "sleep 0.03; echo one"}),
                                         subprocess::run({"sh", "-c", "sleep 0.02; echo two"}),
                                         subprocess::run({"sh", "-c", "sleep 0.01; echo three"}));
    auto& [one, two, three] = words;
    std::cout << one.output << two.output << three.output;
}

// A conversation, line by line.
troika::task<void> calculate() {
    subprocess::start_options with_pipes{.standard_input = subprocess::stdio::pipe,
                                         .standard_output = subprocess::stdio::pipe};
    auto child = co_await subprocess::start(
        {"sh", "-c", "while read a b; do echo $((a * b)); done"}, with_pipes);
    for (int i = 1; i <= 3; ++i) {
        const std::string question = std::to_string(i) + " " + std::to_string(i) + "\n";
        co_await child.input().write_all(question);
        auto answer = co_await child.output().read_line();
        std::cout << i << " squared is " << answer.value_or("a secret") << '\n';
    }
    child.input().close();   // it reads the end
    auto status = co_await child.wait();
    std::cout << "the calculator: " << to_string(status) << '\n';
}

// What goes wrong is an exception, and no process is left behind.
troika::task<void> fail() {
    subprocess::run_options careful{.timeout = 50ms, .check = true};
    try {
        co_await subprocess::run({"sh", "-c", "echo 'no such planet' >&2; exit 3"}, careful);
    } catch (const subprocess::subprocess_error& error) {
        std::cout << error.what() << '\n';
    }
    try {
        co_await subprocess::run({"sleep", "1000"}, careful);
    } catch (const troika::timeout_error&) {
        std::cout << "sleep was given up\n";
    }
    try {
        co_await subprocess::run({"no-such-program"});
    } catch (const std::system_error& error) {
        std::cout << error.code().message() << '\n';
    }
}

troika::task<void> async_main() {
    co_await zip_and_unzip();
    co_await many_at_once();
    co_await calculate();
    co_await fail();
}

int main() { troika::run(async_main()); }
