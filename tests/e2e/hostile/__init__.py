# SPDX-License-Identifier: MIT
"""A server that does what no server should; `python3 tests/e2e/hostile --help` runs it by hand."""
