// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <utility>
#include <vector>

namespace troika::apps {

/// Help without the noise: what excludes what is said when it is done, ranges when they are left.
class plain_formatter final : public CLI::Formatter {
public:
    std::string make_option_opts(const CLI::Option* option) const override {
        const std::string type = option->get_type_size() == 0 ? "" : option->get_type_name();
        return type.empty() ? type : " " + type.substr(0, type.find(':'));
    }
    std::string make_group(std::string group, bool positional,
                           std::vector<const CLI::Option*> options) const override {
        std::string text = CLI::Formatter::make_group(std::move(group), positional, options);
        while (!positional && text.ends_with('\n'))
            text.pop_back();   // one blank line between groups, not two
        return text;
    }
    std::string make_subcommands(const CLI::App* app, CLI::AppFormatMode mode) const override {
        const std::string text = CLI::Formatter::make_subcommands(app, mode);
        return text.empty() ? text : "\n" + text;
    }
};

}  // namespace troika::apps
