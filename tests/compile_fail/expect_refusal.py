# SPDX-License-Identifier: MIT
"""Checks that a source file does not compile, and for the announced reason.

expect_refusal.py SOURCE clang|gcc COMPILER [FLAG...]
expect_refusal.py --self-test COMPILER
"""
import os
import re
import subprocess
import sys
import tempfile

FLAGS = ["-std=c++23", "-c", "-o", os.devnull, "-Wall", "-Wextra", "-Werror",
         "-fdiagnostics-color=never"]


def complaint(source, family, compiler, flags):
    """Returns what is wrong, or None when the compiler refuses `source` as announced."""
    with open(source, encoding="utf-8") as file:
        expected = re.findall(rf"^// expect(?:\({family}\))?: (.*)$", file.read(), re.MULTILINE)
    if not expected:
        return "it has no line `// expect: regex`"
    done = subprocess.run([compiler, *FLAGS, *flags, source], capture_output=True, text=True)
    if done.returncode == 0:
        return "it compiles, but should not"
    for regex in expected:
        # Only errors count: the announcing comment itself may be quoted by the compiler.
        errors = [line for line in done.stderr.splitlines()
                  if re.search(r": (fatal )?(error|note|warning): ", line)]
        if not any(re.search(regex, line) for line in errors):
            return f"no error matches /{regex}/; the compiler said:\n{done.stderr}"
    return None


def self_test(compiler):
    """The checker must itself notice a file that compiles and one with another mistake."""
    cases = {
        "refused": ("// expect: announced reason\nstatic_assert(false, \"announced reason\");\n",
                    None),
        "compiles": ("// expect: anything\nint main() {}\n", "it compiles"),
        "another reason": ("// expect: something else\nstatic_assert(false, \"a reason\");\n",
                           "no error matches"),
        "no expectation": ("static_assert(false);\n", "it has no line"),
        "warning": ("// expect: unused\nstatic void f() {}\n", None),
    }
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, wanted) in cases.items():
            source = os.path.join(folder, "case.cpp")
            with open(source, "w", encoding="utf-8") as file:
                file.write(text)
            found = complaint(source, "any", compiler, [])
            if (found is None) != (wanted is None) or (wanted and not found.startswith(wanted)):
                print(f"self-test, {name}: wanted {wanted!r}, found {found!r}")
                failures += 1
    return failures


if __name__ == "__main__":
    if sys.argv[1] == "--self-test":
        sys.exit(self_test(sys.argv[2]) != 0)
    problem = complaint(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
    if problem:
        sys.exit(f"{sys.argv[1]}: {problem}")
