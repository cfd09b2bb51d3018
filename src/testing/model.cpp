// SPDX-License-Identifier: MIT
#include <troika/testing/model.hpp>

#include "testing/model_engine.hpp"

namespace troika::testing {

void model_run::thread(std::move_only_function<void()> body) {
    engine_->add_thread(std::move(body));
}

void model_run::finally(std::move_only_function<void()> body) {
    engine_->add_final(std::move(body));
}

void model_run::expect(bool condition, std::string_view text, std::source_location where) {
    engine_->expect(condition, text, where);
}

void* model_run::allocate(std::size_t bytes, std::size_t alignment) {
    return engine_->allocate(bytes, alignment);
}

void model_run::keep(void* object, void (*destroy)(void* object)) {
    engine_->keep(object, destroy);
}

void model_run::name_object(const void* object, std::string_view text) {
    engine_->name(object, text);
}

model_report model(const model_options& options, std::function<void(model_run&)> scenario) {
    impl::model_engine engine(options, std::move(scenario));
    return engine.run();
}

model_report model(std::function<void(model_run&)> scenario) {
    return model({}, std::move(scenario));
}

}  // namespace troika::testing
