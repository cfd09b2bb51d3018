// SPDX-License-Identifier: MIT
#include "os/throw_stack.hpp"

#include <cstdint>
#include <exception>

#include <cxxabi.h>
#include <unwind.h>

#if defined(__x86_64__) || defined(__aarch64__)

namespace troika::os {
namespace {

/// Whether a frame belongs to what throws, not to who throws.
bool is_machinery(std::uintptr_t function) noexcept {
    return function == reinterpret_cast<std::uintptr_t>(&abi::__cxa_throw) ||
           function == reinterpret_cast<std::uintptr_t>(&abi::__cxa_rethrow) ||
           function == reinterpret_cast<std::uintptr_t>(&std::rethrow_exception);
}

struct walk {
    throw_stack* stack;
    _Unwind_Word end;   // the stack pointer within the frame that asks
};

_Unwind_Reason_Code visit(_Unwind_Context* frame, void* argument) noexcept {
    walk& done = *static_cast<walk*>(argument);
    throw_stack& stack = *done.stack;
    if (_Unwind_GetCFA(frame) == done.end) return _URC_END_OF_STACK;
    if (is_machinery(_Unwind_GetRegionStart(frame))) {
        stack.count = 0;
    } else {
        if (stack.count == throw_stack::frames_max) return _URC_END_OF_STACK;
        stack.frames[stack.count++] = reinterpret_cast<const void*>(_Unwind_GetIP(frame));
    }
    return _URC_NO_REASON;
}

}  // namespace
}  // namespace troika::os

/// Asked by the unwinder on behalf of the frame below; never has a handler.
extern "C" [[gnu::used, gnu::visibility("hidden")]] _Unwind_Reason_Code troika_record_throw_stack(
    int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
    _Unwind_Context* context) noexcept {
    using namespace troika::os;
    if ((actions & _UA_SEARCH_PHASE) != 0) {
        // The frame's own stack pointer, where it keeps its third argument.
        walk search{nullptr, _Unwind_GetCFA(context)};
        search.stack = *reinterpret_cast<throw_stack* const*>(search.end);
        search.stack->count = 0;
        _Unwind_Backtrace(&visit, &search);
    }
    return _URC_CONTINUE_UNWIND;
}

// 0x1b: the personality routine's address is written relative to where it is written, 4 bytes.
#if defined(__x86_64__)
asm(R"(
    .pushsection .text, "ax", @progbits
    .p2align 4
    .hidden troika_call_recording_stack
    .globl troika_call_recording_stack
    .type troika_call_recording_stack, @function
troika_call_recording_stack:
    .cfi_startproc
    .cfi_personality 0x1b, troika_record_throw_stack
    endbr64
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    subq $16, %rsp
    movq %rdx, (%rsp)
    movq %rdi, %rax
    movq %rsi, %rdi
    callq *%rax
    leave
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size troika_call_recording_stack, . - troika_call_recording_stack
    .popsection
)");
#else
asm(R"(
    .pushsection .text, "ax", @progbits
    .p2align 4
    .hidden troika_call_recording_stack
    .globl troika_call_recording_stack
    .type troika_call_recording_stack, @function
troika_call_recording_stack:
    .cfi_startproc
    .cfi_personality 0x1b, troika_record_throw_stack
    hint #34
    sub sp, sp, #32
    .cfi_def_cfa_offset 32
    stp x29, x30, [sp, #16]
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    add x29, sp, #16
    str x2, [sp]
    mov x3, x0
    mov x0, x1
    blr x3
    ldp x29, x30, [sp, #16]
    .cfi_restore x29
    .cfi_restore x30
    add sp, sp, #32
    .cfi_def_cfa_offset 0
    ret
    .cfi_endproc
    .size troika_call_recording_stack, . - troika_call_recording_stack
    .popsection
)");
#endif

extern "C" void troika_call_recording_stack(void (*function)(void*), void* argument,
                                            troika::os::throw_stack* stack);

namespace troika::os {

void call_recording_stack(void (*function)(void*), void* argument, throw_stack& stack) {
    troika_call_recording_stack(function, argument, &stack);
}

}  // namespace troika::os

#else

namespace troika::os {

void call_recording_stack(void (*function)(void*), void* argument, throw_stack&) {
    function(argument);
}

}  // namespace troika::os

#endif
