// SPDX-License-Identifier: MIT
#include "inspect/short_name.hpp"

#include "os/symbol.hpp"

#include <algorithm>
#include <cstddef>

namespace troika::impl {

namespace {

constexpr std::string_view call_operator = "operator()";

/// Where what is opened at `at` is closed; the end where it is not.
std::size_t closing(std::string_view text, std::size_t at) noexcept {
    int depth = 0;
    for (std::size_t i = at; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '(' || c == '<' || c == '{' || c == '[') ++depth;
        if (c == ')' || c == '>' || c == '}' || c == ']') --depth;
        if (depth == 0) return i;
    }
    return text.size();
}

/// Drops what stands in brackets, and what stands before or behind the name.
std::string bare(std::string_view text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (text.substr(i).starts_with(call_operator)) {
            name += call_operator;
            i += call_operator.size() - 1;
        } else if (c == '<' || c == '[' || c == '{') {
            i = closing(text, i);
        } else if (c == '(') {
            const std::size_t end = closing(text, i);
            // `(anonymous namespace)::f(int)` has the first within the name, behind which the
            // parameters stand; a local one, `f()::g`, goes on behind those.
            const bool goes_on = text.substr(std::min(end + 1, text.size())).starts_with("::") ||
                                 text.substr(i).starts_with("(anonymous");
            if (!goes_on) return name;
            i = end;
        } else if (c == ' ') {
            name.clear();   // the type of the result
        } else {
            name += c;
        }
    }
    return name;
}

std::string last_parts(std::string name) {
    if (name.find(call_operator) != std::string::npos || name.find('$') != std::string::npos ||
        name.ends_with("::")) {
        // A lambda, in the function whose name stands before it.
        for (;;) {
            const std::size_t at = name.rfind("::");
            const std::string in = at == std::string::npos ? name : name.substr(at + 2);
            const bool is_lambda = in.empty() || in.front() == '$' || in == call_operator;
            if (!is_lambda) return "lambda in " + in;
            if (at == std::string::npos) return "lambda";
            name.resize(at);   // it may stand in another one
        }
    }
    while (name.starts_with("::")) name.erase(0, 2);
    const std::size_t at = name.rfind("::");
    return at == std::string::npos ? name : name.substr(at + 2);
}

}  // namespace

std::string short_function(std::string_view function) {
    std::string name = last_parts(bare(function));
    return name.empty() ? std::string(function) : name;
}

std::string short_job(const char* mangled_type) {
    const std::string type = os::readable_name(mangled_type);
    const std::size_t call = type.find("pool_call<");
    if (call == std::string::npos)
        return type.find("posted") == std::string::npos ? "branch" : "posted call";
    // Its second argument: that of the result stands before the first comma on this level.
    const std::size_t open = type.find('<', call);
    const std::string_view inside =
        std::string_view(type).substr(open + 1, closing(type, open) - open - 1);
    std::size_t comma = 0;
    while (comma < inside.size() && inside[comma] != ',') {
        const char c = inside[comma];
        comma = c == '<' || c == '(' || c == '{' ? closing(inside, comma) + 1 : comma + 1;
    }
    if (comma + 2 >= inside.size()) return "job";
    const std::string_view function = inside.substr(comma + 2);
    // One of ours around the caller's, and pointers to functions, have no name of their own.
    if (function.starts_with("troika::thread_pool::") ||
        function.starts_with("troika::impl::pool_carrier<") ||
        function.find("(*)") != std::string_view::npos)
        return "job";
    // g++ writes `main::{lambda()#1}`, clang `main::$_0` or `main::'lambda'()`.
    if (const std::size_t at = function.find("::{lambda"); at != std::string_view::npos)
        return last_parts(bare(function.substr(0, at)) + "::$");
    if (const std::size_t at = function.find("::'lambda"); at != std::string_view::npos)
        return last_parts(bare(function.substr(0, at)) + "::$");
    return last_parts(bare(function));
}

}  // namespace troika::impl
