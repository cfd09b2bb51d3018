// SPDX-License-Identifier: MIT
// links: asio
#include "wake_work.hpp"

#include <asio.hpp>
#include <utility>

namespace {

class loop {
public:
    template <class Ready>
    static void run(Ready&& ready) {
        loop self;
        ready(self);
        self.context_.run();
    }
    template <class F>
    void post(F&& call) {
        asio::post(context_, std::forward<F>(call));
    }
    void stop() { context_.stop(); }

private:
    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
};

}  // namespace

int main(int count, char** arguments) { return wake_work::main<loop>(count, arguments); }
