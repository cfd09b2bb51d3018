// SPDX-License-Identifier: MIT
#include "parser_fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace troika::http;
    testing::compare_whole_with_cut<request_parser>(
        {reinterpret_cast<const char*>(data), size}, [](request_parser&, std::uint8_t) {}, 1000);
    return 0;
}
