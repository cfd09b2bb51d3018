#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the figures of docs/choosing.md again, and takes its pictures.

python3 scripts/choosing.py [BINARY]
    Runs each command of the page that begins with `$ troika compare`, and puts what it prints in
    place of what was below it: table and picture, or the table alone where the line ends with
    `# table`. The workloads in PICTURES become docs/images/compare-NAME.png as well.

BINARY: build/release/apps/troika/troika unless it is said. Take a quiet machine. The pictures need
the Debian packages chromium and chromium-driver.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
from _browser import Browser   # noqa: E402

PAGE = os.path.join(ROOT, "docs", "choosing.md")
IMAGES = os.path.join(ROOT, "docs", "images")
# Workload -> height of the window, and the first panel to be seen, if not the top of the page.
PICTURES = {"breakfast": (1160, None), "cpu": (488, 2)}
BLOCK = re.compile(r"^```\n\$ (troika compare[^\n]*)\n.*?^```$", re.DOTALL | re.MULTILINE)
SPREAD = re.compile(r"^ +±")


def shown(text, table_only):
    """What the page quotes of the output of `troika compare`: no advice, no spread."""
    parts = text.split("\n\n")
    head, table = parts[0], parts[1]
    table = "\n".join(line for line in table.splitlines() if not SPREAD.match(line))
    kept = [head, table] if table_only else [head, table, parts[2]]
    return "\n\n".join(kept)


def measure(binary, words, folder):
    """What `troika` prints. The page of a workload in PICTURES is left in `folder`."""
    name = words[-1]
    extra = ["--html", os.path.join(folder, name + ".html")] if name in PICTURES else []
    print("troika", *words, file=sys.stderr)
    return subprocess.run([binary, *words, "--no-color", *extra], check=True, text=True,
                          stdout=subprocess.PIPE, env={**os.environ, "COLUMNS": "110",
                                                       "LC_ALL": "C.UTF-8"}).stdout


def take_pictures(folder):
    browser = Browser()
    try:
        browser.media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
        for name, (height, panel) in PICTURES.items():
            browser.size(1400, height)
            browser.open(f"file://{folder}/{name}.html")
            browser.run("""return new Promise(resolve => {
                const look = () => timeline.busy || !timeline.frames
                    ? requestAnimationFrame(look) : setTimeout(resolve, 500);
                look();
            });""")
            if panel is not None:
                browser.run("""scrollTo(0, document.querySelectorAll(".panel")[arguments[0]]
                    .offsetTop - 72); return new Promise(resolve => setTimeout(resolve, 500));""",
                            panel)
            with open(os.path.join(IMAGES, f"compare-{name}.png"), "wb") as file:
                file.write(browser.screenshot())
    finally:
        browser.close()


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        ROOT, "build", "release", "apps", "troika", "troika")
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    with tempfile.TemporaryDirectory(prefix="troika-choosing-") as folder:
        def measured(match):
            command = match.group(1)
            words = shlex.split(command, comments=True)[1:]
            text = shown(measure(binary, words, folder), command.endswith("# table"))
            return f"```\n$ {command}\n{text}\n```"

        page = BLOCK.sub(measured, page)
        for name in PICTURES:
            if not os.path.exists(os.path.join(folder, name + ".html")):
                measure(binary, ["compare", name], folder)
        take_pictures(folder)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    main()
