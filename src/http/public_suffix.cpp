// SPDX-License-Identifier: MIT
#include "http/public_suffix.hpp"

#include <troika/base/check.hpp>

#include <libpsl.h>

namespace troika::http {

struct public_suffix_list::data {
    explicit data(psl_ctx_t* made) noexcept : list(made) {}
    data(const data&) = delete;
    data& operator=(const data&) = delete;
    ~data() { psl_free(list); }

    psl_ctx_t* list;
};

public_suffix_list::public_suffix_list() noexcept = default;
public_suffix_list::public_suffix_list(public_suffix_list&&) noexcept = default;
public_suffix_list& public_suffix_list::operator=(public_suffix_list&&) noexcept = default;
public_suffix_list::~public_suffix_list() = default;

public_suffix_list public_suffix_list::installed() {
    public_suffix_list found;
    if (psl_ctx_t* const list = psl_latest(nullptr)) found.data_ = std::make_unique<data>(list);
    return found;
}

bool public_suffix_list::contains(const std::string& domain) const {
    check(data_ != nullptr, "an empty list of public suffixes is asked");
    return psl_is_public_suffix(data_->list, domain.c_str()) != 0;
}

}  // namespace troika::http
