// SPDX-License-Identifier: MIT
#include "mapper/input_source.hpp"

#include <troika/io/errors.hpp>

#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "subprocess/pipe_core.hpp"

#include <stdexcept>
#include <string_view>

namespace troika::mapper {

input_source::input_source(event_loop& loop, const map_options& options) : options_(options) {
    if (options.arguments) return;
    const bool named = !options.file.empty() && options.file != "-";
    const int opened = named ? os::open_file(options.file.c_str(), {}) : os::duplicate(0);
    os::or_throw(opened, named ? "open" : "read standard input", options.file);
    const std::string name = named ? options.file : "standard input";
    reader_.emplace(
        subprocess::pipe_core_owner(new subprocess::pipe_core(loop, os::fd(opened), name)));
}

task<std::optional<std::string>> input_source::next() {
    if (!reader_) {
        if (given_ == options_.arguments->size()) co_return std::nullopt;
        co_return (*options_.arguments)[given_++];
    }
    const std::string_view end = options_.null_separated ? std::string_view("\0", 1) : "\n";
    std::string input;
    try {
        input = co_await reader_->read_until(end, input_bytes_max + 1);
        input.pop_back();
    } catch (const incomplete_read& last) {
        if (last.partial().empty()) co_return std::nullopt;
        input = last.partial();   // the last needs no end
    } catch (const limit_overrun&) {
        throw std::runtime_error("an input is longer than " + std::to_string(input_bytes_max) +
                                 " bytes, which is all that an argument can hold" +
                                 (options_.null_separated ? ""
                                                          : "; are they separated by NUL? "
                                                            "then give -0"));
    }
    if (input.contains('\0'))
        throw std::runtime_error(
            "an input has a NUL character; if that is what separates inputs, "
            "give -0");
    co_return input;
}

std::optional<std::uint64_t> input_source::count() const noexcept {
    if (!options_.arguments) return std::nullopt;
    return options_.arguments->size();
}

}  // namespace troika::mapper
