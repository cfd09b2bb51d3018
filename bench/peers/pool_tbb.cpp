// SPDX-License-Identifier: MIT
// links: tbb
// TBB has no future: a job writes where it is told, and the thread that waits runs jobs too.
#include "pool_work.hpp"

#include <cstddef>
#include <numeric>
#include <tbb/global_control.h>
#include <tbb/task_group.h>
#include <vector>

namespace {

class pool {
public:
    // The thread that submits counts as one of those that TBB allows.
    explicit pool(int workers)
        : limit_(tbb::global_control::max_allowed_parallelism,
                 static_cast<std::size_t>(workers) + 1) {}

    long batch(int count) {
        std::vector<int> answers(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            group_.run([i, into = &answers[static_cast<std::size_t>(i)]] { *into = i; });
        group_.wait();
        return std::accumulate(answers.begin(), answers.end(), 0L);
    }
    int once(int value) {
        int answer = -1;
        group_.run([&answer, value] { answer = value; });
        group_.wait();
        return answer;
    }

private:
    tbb::global_control limit_;
    tbb::task_group group_;
};

}  // namespace

int main(int count, char** arguments) { return pool_work::main<pool>(count, arguments); }
