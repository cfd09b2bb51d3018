// SPDX-License-Identifier: MIT
#include "conformance/executor_suite.hpp"

#include <troika/core/inline_executor.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/proc/process_pool.hpp>

namespace troika {
namespace {

using executors = ::testing::Types<inline_executor, thread_pool, process_pool>;
INSTANTIATE_TYPED_TEST_SUITE_P(Here, Executor, executors);

}  // namespace
}  // namespace troika
