// SPDX-License-Identifier: MIT
#include <troika/testing/model_site.hpp>

namespace troika::testing {

std::string_view order_name(std::memory_order order) noexcept {
    switch (order) {
    case std::memory_order_relaxed: return "relaxed";
    case std::memory_order_consume: return "consume";
    case std::memory_order_acquire: return "acquire";
    case std::memory_order_release: return "release";
    case std::memory_order_acq_rel: return "acq_rel";
    case std::memory_order_seq_cst: return "seq_cst";
    }
    return "an order that does not exist";
}

std::string model_site::text() const {
    return file.substr(file.rfind('/') + 1) + ':' + std::to_string(line) + ':'
           + std::to_string(column) + ": " + operation + ' ' + std::string(order_name(order));
}

std::string model_weakening::text() const {
    return site.text() + " -> " + std::string(order_name(order));
}

std::vector<std::memory_order> weaker_orders(const model_site& site) {
    const bool loads = site.operation == "load" || site.operation.ends_with(" on failure");
    const bool stores = site.operation == "store";
    switch (site.order) {
    case std::memory_order_seq_cst:
        if (site.operation.ends_with("_barrier")) return {std::memory_order_relaxed};
        if (loads) return {std::memory_order_acquire};
        if (stores) return {std::memory_order_release};
        return {std::memory_order_acq_rel};
    case std::memory_order_acq_rel:
        return {std::memory_order_acquire, std::memory_order_release};
    case std::memory_order_consume:
    case std::memory_order_acquire:
    case std::memory_order_release: return {std::memory_order_relaxed};
    case std::memory_order_relaxed: break;
    }
    return {};
}

}  // namespace troika::testing
