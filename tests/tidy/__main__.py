# SPDX-License-Identifier: MIT
"""Checks the source tree against the rules of docs/design that a program can check.

python3 tests/tidy ROOT         reports file:line: rule: what to do; exit code 1 if there is any
python3 tests/tidy --self-test  plants a mistake for every rule and checks that it is reported
"""
import sys

import self_test
import tree


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test.run()
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    problems = tree.check(tree.load(sys.argv[1]))
    for problem in problems:
        print(problem)
    print(f"tidy: {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
