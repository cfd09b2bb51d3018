// SPDX-License-Identifier: MIT
#include "parser_fuzzing.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace troika::http;
    testing::compare_whole_with_cut<response_parser>(
        {reinterpret_cast<const char*>(data), size},
        [](response_parser& parser, std::uint8_t choice) {
            parser.expect(choice % 3 == 0   ? response_to::head
                          : choice % 3 == 1 ? response_to::connect
                                            : response_to::other);
        },
        1);
    return 0;
}
