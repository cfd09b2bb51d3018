// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace bench {

/// Requires: not empty.
double median(std::vector<double> values);
/// Three figures that count, or all before the point.
std::string number(double value);
/// `median [least..greatest]`, or a dash.
std::string spread(const std::vector<double>& values);

}  // namespace bench
