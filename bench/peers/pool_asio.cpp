// SPDX-License-Identifier: MIT
// links: asio
#include "pool_work.hpp"

#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#include <cstddef>
#include <future>

namespace {

class pool {
public:
    explicit pool(int workers) : threads_(static_cast<std::size_t>(workers)) {}

    long batch(int count) {
        return pool_work::sum_of_futures(count, [this](int i) { return submit(i); });
    }
    int once(int value) { return submit(value).get(); }

private:
    std::future<int> submit(int value) {
        return asio::post(threads_, asio::use_future([value] { return value; }));
    }

    asio::thread_pool threads_;
};

}  // namespace

int main(int count, char** arguments) { return pool_work::main<pool>(count, arguments); }
