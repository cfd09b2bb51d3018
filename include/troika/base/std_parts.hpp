// SPDX-License-Identifier: MIT
#pragma once

// Parts of large standard headers: durations without calendars and streams, the concepts of
// ranges without views, function and reference_wrapper without the searchers. Where the standard
// library has them in headers of their own, these are included, which halves what an include of
// troika costs; elsewhere the whole ones are.

#if __has_include(<bits/chrono.h>) && __has_include(<bits/ranges_base.h>) && \
    __has_include(<bits/refwrap.h>) && __has_include(<bits/std_function.h>)
#include <exception>
#include <string_view>   // which the parts need around them

#include <bits/chrono.h>
#include <bits/ranges_base.h>
#include <bits/refwrap.h>
#include <bits/std_function.h>
#else
#include <chrono>
#include <functional>
#include <ranges>
#endif
