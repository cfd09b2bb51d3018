// SPDX-License-Identifier: MIT
// What processes share: an array that is never copied, a queue of work, and a pipe for talking.
#include <troika/troika.hpp>

#include <cstddef>
#include <iostream>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace {

// An aggregate crosses as it is.
struct job {
    int number = 0;
    std::string text;
};

constexpr std::size_t width = 1'000;

// Writes one row of an image that all processes have.
void draw(troika::shared_array<float> image, std::size_t row) {
    for (std::size_t x = 0; x < width; ++x)
        image[row * width + x] = static_cast<float>(row % 2);
}

// Takes jobs until there are no more.
int take(troika::shared_queue<job> jobs, troika::shared_queue<int> lengths) {
    while (auto next = jobs.next()) lengths.put(static_cast<int>(next->text.size()));
    return 0;
}

// Answers until the other end is closed.
int answer(troika::pipe_end<std::string> end) {
    while (auto question = end.next()) end.send(*question + "? yes");
    return 0;
}

}  // namespace

int main() {
    troika::process_entry();   // in a worker process it never returns

    troika::process_pool processes{{.workers = 2}};
    troika::shared_array<float> image{width * 100};
    std::vector<troika::future<void>> rows;
    for (std::size_t row = 0; row < 100; ++row)
        rows.push_back(processes.submit<&draw>(image, row));   // the array goes by reference
    for (troika::future<void>& row : rows) row.get();
    std::cout << "sum of the image: " << std::accumulate(image.begin(), image.end(), 0.0) << '\n';

    troika::shared_queue<job> jobs{{.capacity_max = 16}};
    troika::shared_queue<int> lengths{{.capacity_max = 16}};
    auto first = troika::process::start<&take>(jobs, lengths);
    auto second = troika::process::start<&take>(jobs, lengths);
    int total = 0;
    int open = 0;
    for (int i = 1; i <= 1'000; ++i, ++open) {
        while (const auto length = lengths.try_get()) total += *length, --open;
        while (!jobs.try_put({i, std::string(static_cast<std::size_t>(i % 10), 'x')}))
            total += lengths.get(), --open;   // both are busy, and wait for room themselves
    }
    for (; open > 0; --open) total += lengths.get();
    jobs.shutdown();
    std::cout << "letters: " << total << ", codes " << first.join() << second.join() << '\n';

    auto [here, there] = troika::pipe<std::string>();
    auto oracle = troika::process::start<&answer>(std::move(there));
    here.send("does it work");
    std::cout << here.receive() << '\n';
    here.close();
    std::cout << "code " << oracle.join() << '\n';
}
