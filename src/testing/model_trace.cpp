// SPDX-License-Identifier: MIT
#include "testing/model_trace.hpp"

#include <troika/testing/model_site.hpp>

#include <algorithm>
#include <bit>
#include <charconv>

namespace troika::testing::impl {
namespace {

constexpr std::string_view kind_names[] = {
    "construct", "destroy",   "load",     "store",     "exchange", "fetch_add",
    "fetch_sub", "fetch_and", "fetch_or", "fetch_xor", "swap",     "swap fails",
    "swap fails for no reason", "wait", "wait is refused", "wake", "pause",
    "light barrier", "heavy barrier"};

std::string hexadecimal(std::uint64_t bits) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, bits, 16).ptr;
    return "0x" + std::string(digits, end);
}

void pad(std::string& text, std::size_t width) {
    text.resize(std::max(text.size() + 1, width), ' ');
}

}  // namespace

std::string place_text(std::source_location where) {
    const std::string_view file = where.file_name();
    return std::string(file.substr(file.rfind('/') + 1)) + ':' + std::to_string(where.line());
}

std::string thread_text(std::size_t thread) {
    return thread == 0 ? "the scenario" : "thread " + std::to_string(thread);
}

void model_trace::clear() noexcept {
    steps_.clear();
    objects_.clear();
    for (auto& style : styles_) style.name.clear();
}

location_style& model_trace::style(std::size_t location) {
    if (location >= styles_.size()) styles_.resize(location + 1);
    return styles_[location];
}

void model_trace::add_object(const void* begin, std::size_t bytes) {
    objects_.push_back({std::bit_cast<std::uintptr_t>(begin), bytes});
}

std::string model_trace::value(std::size_t location, std::uint64_t bits) const {
    const location_style& style = styles_[location];
    switch (style.form) {
    case value_form::truth: return bits != 0 ? "true" : "false";
    case value_form::number: return std::to_string(bits);
    case value_form::signed_number: {
        const auto unused = static_cast<unsigned>(64 - 8 * style.bytes);
        return std::to_string(static_cast<std::int64_t>(bits << unused) >> unused);
    }
    case value_form::pointer: break;
    }
    if (bits == 0) return "null";
    for (std::size_t i = 0; i < objects_.size(); ++i) {
        if (bits < objects_[i].begin || bits - objects_[i].begin >= objects_[i].bytes) continue;
        const std::uint64_t offset = bits - objects_[i].begin;
        const std::string object = "object " + std::to_string(i + 1);
        return offset == 0 ? object : object + " + " + std::to_string(offset);
    }
    return hexadecimal(bits);
}

std::string model_trace::name(std::size_t location) const {
    const std::string& given = styles_[location].name;
    return given.empty() ? "a" + std::to_string(location + 1) : given;
}

std::string model_trace::line(const model_step& step) const {
    std::string text = "  " + thread_text(step.thread);
    pad(text, 16);
    if (step.location != no_location) text += name(step.location) + ' ';
    text += kind_names[static_cast<std::size_t>(step.kind)];
    const auto read = [&] {
        text += ": " + value(step.location, step.before);
        if (step.before != step.newest)
            text += " (the newest is " + value(step.location, step.newest) + ')';
    };
    switch (step.kind) {
    case step_kind::construct:
        text += ": " + value(step.location, step.after);
        break;
    case step_kind::load:
    case step_kind::swap_failed:
    case step_kind::swap_spurious:
        text += ' ' + std::string(order_name(step.order));
        read();
        break;
    case step_kind::wait:
    case step_kind::wait_refused: read(); break;
    case step_kind::store:
        text += ' ' + std::string(order_name(step.order)) + ": "
                + value(step.location, step.after);
        break;
    case step_kind::wake: text += ": " + std::to_string(step.after) + " woken"; break;
    case step_kind::destroy:
    case step_kind::pause:
    case step_kind::light_barrier:
    case step_kind::heavy_barrier: break;
    default:
        text += ' ' + std::string(order_name(step.order));
        read();
        text += " -> " + value(step.location, step.after);
        break;
    }
    if (step.early) text += " (before " + value(step.location, step.newest) + " in memory)";
    pad(text, 64);
    return text + place_text(step.where) + '\n';
}

std::string model_trace::text() const {
    std::string text;
    for (const model_step& step : steps_) text += line(step);
    return text;
}

}  // namespace troika::testing::impl
