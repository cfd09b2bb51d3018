// SPDX-License-Identifier: MIT
#pragma once

// What can cross to another process, and how: includes all of
//     wire_writer::write(values...) and wire_reader::read<T>(),
//     the concept crossable<T>, and troika::crossing<T> for types of your own.
//
// Numbers, enums, bool, std::byte · strings of any character · vector, array, deque, list, the sets
// and maps · pair, tuple, optional, variant, expected, unique_ptr (the value in it) · durations and
// time points, filesystem::path, complex, bitset, error_code · aggregates of such, field by field.
// With exception_codec.hpp: exception_ptr.

#include <troika/proc/crossing.hpp>
#include <troika/proc/crossing_aggregates.hpp>
#include <troika/proc/crossing_ranges.hpp>
#include <troika/proc/crossing_values.hpp>
