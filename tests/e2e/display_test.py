# SPDX-License-Identifier: MIT
"""The bars of `troika get`, as an emulated terminal shows them."""

import os
import re
import resource
import signal
import threading
import unittest

from _get_support import BINARY, TIME_MAX, TestCase, bytes_of, read
from _peer import answer
from _terminal import Terminal

SIZE = 1 << 20
CONTENT = bytes_of("display", SIZE)
TAG = '"a"'
BAR = re.compile(r"[━╸─]+")


def share(row):
    """The percentage in a row."""
    found = re.search(r"(\d+)%", row)
    return int(found[1]) if found else None


class Display(TestCase):
    def setUp(self):
        super().setUp()
        self.go_on = threading.Event()   # the servers send half, and wait for it
        self.addCleanup(self.go_on.set)

    def hold(self, peer, part=0.5, content=CONTENT, **fields):
        """Answers with `part` of the content, and with the rest when the test says so."""
        cut = int(len(content) * part)
        peer.send(answer(b"", length=len(content), **fields) + content[:cut])
        self.go_on.wait(TIME_MAX)
        peer.send(content[cut:])

    def holding(self, **options):
        return self.scripted(lambda peer, _: self.hold(peer, **options))

    def terminal(self, *size, **environment):
        terminal = Terminal(*size, **environment)
        self.addCleanup(terminal.__exit__)
        return terminal

    def get(self, terminal, *arguments, **options):
        return terminal.start(BINARY, "get", "--no-fsync", *arguments, cwd=self.place, **options)

    def shell(self, terminal):
        terminal.environment |= {"PS1": "$ ", "HISTFILE": "", "INPUTRC": "/dev/null",
                                 "troika": BINARY}
        shell = terminal.start("bash", "--norc", "--noprofile", "-i", cwd=self.place)
        terminal.wait_for(lambda rows: rows == ["$"], "the prompt")
        return shell

    def check_end(self, terminal, process, files, exit_code=0):
        """The last line is the summary, and the cursor is on a fresh line below."""
        self.assertEqual(terminal.wait_for_end(process), exit_code, terminal.picture())
        rows = terminal.screen.text()
        self.assertRegex(rows[-1], rf"^{files} files?, [\d.]+ .?i?B in [\d.]+ s, ")
        self.assertFalse(any(BAR.search(row) for row in rows), terminal.picture())
        self.assertEqual((terminal.screen.cursor.y, terminal.screen.cursor.x), (len(rows), 0))


class Bars(Display):
    def test_a_row_for_each_file_and_the_total(self):
        server = self.holding()
        terminal = self.terminal(80, 24)
        urls = [f"{server.url}/file{i}" for i in range(5)]
        process = self.get(terminal, "-j", "3", *urls)
        rows = terminal.wait_for(
            lambda rows: len(rows) == 4 and all(share(row) == 50 for row in rows[:3]), "halves")
        for number, row in enumerate(rows[:3]):
            # Name, bar, share, size, speed.
            self.assertRegex(row, rf"^file{number} +━+╸?─+ +50% +1\.0 MiB +[\d.]+ .?i?B/s")
        self.assertTrue(rows[3].startswith("0 done, 3 active, 2 queued "), rows[3])
        self.assertIsNone(share(rows[3]))   # nobody knows how long the others are
        bars = [BAR.search(row) for row in rows]
        self.assertEqual({bar.span() for bar in bars}, {bars[0].span()})
        width = len(bars[0][0])
        for bar in bars[:3]:
            self.assertEqual(bar[0].count("━") * 2 + bar[0].count("╸"), width)
        self.assertEqual(set(bars[3][0]), {"─"})
        # The cursor rests at the first row, which terminals keep when their size changes.
        self.assertEqual((terminal.screen.cursor.y, terminal.screen.cursor.x), (0, 0))
        self.assertEqual(terminal.screen.buffer[0][bars[0].start()].fg, "green")
        self.go_on.set()
        self.check_end(terminal, process, 5)
        for i in range(5):
            self.check_file(f"file{i}", CONTENT)

    def test_the_total_of_known_sizes(self):
        server = self.scripted(
            lambda peer, _: self.hold(peer, 0.25 if peer.target == "/a" else 0.75))
        terminal = self.terminal(100, 24)
        process = self.get(terminal, f"{server.url}/a", f"{server.url}/b")
        rows = terminal.wait_for(
            lambda rows: [share(row) for row in rows] == [25, 75, 50], "25, 75, and 50 in all")
        self.assertRegex(rows[2], r"^0 done, 2 active +━+╸?─+ +50%  2\.0 MiB ")
        self.go_on.set()
        self.check_end(terminal, process, 2)

    def test_failures_and_retries_are_told_above(self):
        def script(peer, _):
            if peer.target == "/held":
                self.hold(peer)
            elif peer.target == "/busy":
                peer.send(answer(status="503 Busy", Retry_After="3000"))
            else:
                peer.send(answer(status="404 Gone"))
        server = self.scripted(script)
        terminal = self.terminal(80, 24)
        process = self.get(terminal, *(f"{server.url}/{name}" for name in ("held", "busy", "no")))
        rows = terminal.wait_for(lambda rows: any("1 failed" in row for row in rows) and any(
            "retry in" in row and re.match("busy ", row) for row in rows), "one failed, one waits")
        above = "".join(rows[:-3])   # wrapped
        self.assertRegex(above, "failed  no: .*404")
        self.assertRegex(above, "retry .*503.*; again in ")
        self.assertRegex(rows[-3], r"^held .* 50% ")
        self.assertRegex(rows[-2], r"^busy .* retry in +\dm\d\ds$")
        self.assertRegex(rows[-1], r"^0 done, 2 active, 1 failed ")
        process.send_signal(signal.SIGINT)
        terminal.wait_for_end(process)

    def test_more_files_than_rows(self):
        server = self.holding()
        terminal = self.terminal(60, 10)
        urls = [f"{server.url}/file{i}" for i in range(12)]
        process = self.get(terminal, "-j", "12", "--per-host", "12", *urls)
        rows = terminal.wait_for(lambda rows: rows[-1:] and share(rows[-1]) == 50, "all of them")
        self.assertEqual(len(rows), 5)   # half of the screen
        self.assertEqual(rows[3], "… and 9 more")
        self.assertTrue(rows[4].startswith("0 done, 12 active "), rows[4])
        self.go_on.set()
        self.check_end(terminal, process, 12)

    def test_those_that_wait_give_way(self):
        server = self.scripted(lambda peer, _: peer.send(answer(
            status="503 Busy", Retry_After="3000")) if "busy" in peer.target else self.hold(peer))
        terminal = self.terminal(60, 10)
        names = [f"busy{i}" for i in range(5)] + [f"file{i}" for i in range(3)]
        process = self.get(terminal, "--per-host", "8", *(f"{server.url}/{name}" for name in names))
        rows = terminal.wait_for(lambda rows: rows[-5:-2] and all(
            re.match("file.* 50%", row) for row in rows[-5:-2]), "what moves")
        self.assertEqual(rows[-2], "… and 5 more")
        process.send_signal(signal.SIGINT)
        terminal.wait_for_end(process)

    def test_wide_and_combining_characters(self):
        names = ["中文文件名.zip", "か\u3099き\u3099.iso", "\u1112\u1161\u11ab\u1100\u1173\u11af.txt",
                 "e\u0301e\u0301.tar", "x" * 60 + "中中中中.gz", "😀.png"]
        server = self.holding()
        with open(self.path("list"), "w", encoding="utf-8") as file:
            file.writelines(f'{server.url}/{i} out="{name}"\n' for i, name in enumerate(names))
        for columns in (80, 30):
            terminal = self.terminal(columns, 24)
            process = self.get(terminal, "-j", "8", "--per-host", "8", "--no-resume", "-i", "list")
            rows = terminal.wait_for(
                lambda rows: len(rows) == 7 and all(share(row) == 50 for row in rows), "all rows")
            # In cells, not in characters, the columns stand below one another.
            places = {next(x for x in range(columns) if terminal.screen.buffer[y][x].data == "%")
                      for y in range(7)}
            self.assertEqual(len(places), 1, terminal.picture())
            self.assertTrue(rows[0].startswith("中文文件名.zip"), rows[0])
            self.assertTrue(rows[1].startswith(names[1]), rows[1])
            self.assertIn("…", rows[4])
            process.send_signal(signal.SIGINT)
            terminal.wait_for_end(process)
        self.assertEqual(process.returncode, 130)

    def test_a_terminal_that_draws_wider(self):
        server = self.holding()
        terminal = self.terminal(80, 24)
        terminal.screen.wide_too = "━╸─"   # as some do for Chinese
        process = self.get(terminal, *(f"{server.url}/{name}" for name in "abc"))
        for _ in range(2):
            rows = terminal.wait_for(lambda rows: len(rows) == 4 and all(
                row.startswith(start) for row, start in zip(rows, ("a ", "b ", "c ", "0 done"))),
                                     "four rows, though cut")
            self.assertTrue(all("━" in row for row in rows), rows)
            terminal.resize(78, 24, rewrap=False)
        self.go_on.set()
        self.check_end(terminal, process, 3)

    def test_ctrl_backslash(self):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        server = self.holding()
        terminal = self.terminal(80, 24)
        process = self.get(terminal, f"{server.url}/a")
        terminal.wait_for(lambda rows: len(rows) == 2 and share(rows[0]) == 50, "the bar")
        terminal.type("\x1c")
        self.assertEqual(terminal.wait_for_end(process), -signal.SIGQUIT)
        self.assertIn(terminal.screen.text(), ([], ["^\\"]))   # nothing, or what was typed

    def test_ctrl_c(self):
        server = self.holding()
        terminal = self.terminal(80, 24)
        process = self.get(terminal, f"{server.url}/a")
        terminal.wait_for(lambda rows: len(rows) == 2 and share(rows[0]) == 50, "the bar")
        terminal.type("\x03")
        self.check_end(terminal, process, 0, exit_code=130)
        self.assertNotIn("^C", "".join(terminal.screen.text()))


class Numbers(Display):
    """What is said of speeds and times when they are not simple."""

    def test_resuming(self):
        def script(peer, _):
            asked = peer.fields.get("range")
            if not asked:
                self.hold(peer, 0.75, ETag=TAG)
                return
            self.resumed_at = int(asked.removeprefix("bytes=").removesuffix("-"))
            peer.send(answer(b"", "206 Part", length=SIZE - self.resumed_at, ETag=TAG,
                             Content_Range=f"bytes {self.resumed_at}-{SIZE - 1}/{SIZE}"))
            self.go_on.wait(TIME_MAX)
            peer.send(CONTENT[self.resumed_at:])
        server = self.scripted(script)
        terminal = self.terminal(80, 24)
        process = self.get(terminal, f"{server.url}/a")
        terminal.wait_for(lambda rows: rows and share(rows[0]) == 75, "three quarters")
        process.send_signal(signal.SIGINT)
        self.assertEqual(terminal.wait_for_end(process), 130)
        self.assertIn("resumes", "".join(terminal.screen.text()))

        terminal = self.terminal(80, 24)
        process = self.get(terminal, f"{server.url}/a")
        rows = terminal.wait_for(lambda rows: rows and share(rows[-1]), "the rest")
        part = self.resumed_at * 100 // SIZE
        self.assertGreater(part, 0)
        self.assertEqual([share(row) for row in rows], [part, part])
        for row in rows:   # what was there before is no speed, and nothing moves yet
            self.assertRegex(row, r"%  1\.0 MiB +0 B/s$")
        self.go_on.set()
        self.check_end(terminal, process, 1)
        self.check_file("a", CONTENT)

    def test_beginning_again(self):
        def script(peer, number):
            if number == 0:   # no validator: it cannot be resumed
                peer.send(answer(b"", length=SIZE) + CONTENT[:SIZE * 3 // 4])
                return "close"
            return self.hold(peer, 0.25)
        server = self.scripted(script)
        terminal = self.terminal(80, 24)
        process = self.get(terminal, f"{server.url}/a")
        rows = terminal.wait_for(
            lambda rows: len(rows) > 1 and share(rows[-1]) == 25, "a quarter of the second attempt")
        self.assertEqual(share(rows[-2]), 25)   # what came in vain does not count
        self.assertTrue(any(row.startswith("retry ") for row in rows), rows)
        self.go_on.set()
        self.check_end(terminal, process, 1)
        self.check_file("a", CONTENT)

    def test_an_unknown_size(self):
        def script(peer, _):
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n" + CONTENT[:SIZE // 2])
            self.go_on.wait(TIME_MAX)
            peer.send(CONTENT[SIZE // 2:])
            return "close"
        server = self.scripted(script)
        terminal = self.terminal(80, 24)
        process = self.get(terminal, f"{server.url}/a")
        rows = terminal.wait_for(
            lambda rows: len(rows) == 2 and all("512 KiB" in row for row in rows), "the bytes")
        for row in rows:
            self.assertRegex(row, r" ─+ +512 KiB +[\d.]+ .?i?B/s$")   # no share, no time left
        self.go_on.set()
        self.check_end(terminal, process, 1)


class Sizes(Display):
    NAMES = ("file-1", "file-2", "file-3")

    def is_block(self, block, columns, rows_max):
        """Whether these rows are all bars of three halves for that many columns, and right."""
        *files, total = block
        if rows_max < 4 and files:
            mark = re.escape("… and 3 more"[:columns - 1].rstrip()[:1])
            if not re.match(mark, files.pop()):
                return False
        if columns >= 64:
            if not re.match(r"0 done, 3 active +━+╸?─+ +50%  3\.0 MiB ", total):
                return False
            form = "{} +━+╸?─+ +50%  1\\.0 MiB "
        elif columns >= 12:
            if not re.match(r"0.* 50%", total):
                return False
            form = "{} .*50%" if columns >= 13 else "file-? 50%"
        else:
            if total != ("50%" if columns >= 4 else "▅"):
                return False
            return all(row == name[:columns - 1] for row, name in zip(files, self.NAMES))
        return all(re.match(form.format(name), row) for row, name in zip(files, self.NAMES))

    def check_sizes(self, rewrap):
        server = self.holding()
        terminal = self.terminal(80, 24)
        urls = " ".join(f"{server.url}/{name}" for name in self.NAMES)
        process = terminal.start("sh", "-c", f"echo above; exec '{BINARY}' get --no-fsync {urls}",
                                 cwd=self.place)
        for columns, rows in ((80, 24), (40, 24), (20, 24), (100, 24), (20, 4), (80, 24), (13, 6),
                              (60, 2), (80, 1), (30, 1), (3, 24), (2, 2), (1, 1), (1, 24), (64, 12),
                              (200, 50), (79, 24)):
            rows_max = min(max(rows // 2, 1), 24)
            count = min(rows_max, 4) if columns > 1 else 0

            def only_bars(seen, columns=columns, rows_max=rows_max, count=count):
                above, block = seen[:len(seen) - count], seen[len(seen) - count:]
                # Whatever the terminal has made of the line above, there is nothing else.
                return len(block) == count and "".join(above) in "above" and (
                    not block or self.is_block(block, columns, rows_max))
            terminal.resize(columns, rows, rewrap)
            terminal.wait_for(only_bars, f"only the bars at {columns} x {rows}")
        self.go_on.set()
        self.check_end(terminal, process, 3)

    def test_a_terminal_that_wraps_its_lines_anew(self):
        self.check_sizes(rewrap=True)

    def test_a_terminal_that_cuts_its_lines(self):
        self.check_sizes(rewrap=False)


class JobControl(Display):
    def command(self, url):
        return f'"$troika" get --no-fsync {url}'

    def test_stop_and_go_on(self):
        server = self.holding()
        terminal = self.terminal(100, 24)
        self.shell(terminal)
        command = self.command(f"{server.url}/a")
        terminal.type(command + "\n")
        for number in range(2):
            rows = terminal.wait_for(lambda rows: len(rows) > 1 and share(rows[-1]) == 50 and
                                     share(rows[-2]) == 50, "the bars")
            terminal.type("\x1a")
            rows = terminal.wait_for(lambda rows: rows[-1:] == ["$"], "the prompt")
            # Whether the terminal shows ^Z before or after the bars go is up to it.
            self.assertEqual(rows[-4] if number else rows[0], command if number else "$ " + command)
            self.assertIn(rows[-3], ("", "^Z"))
            self.assertRegex(rows[-2], r"^\[1\]\+ +Stopped +")
            self.assertFalse(any(BAR.search(row) for row in rows), terminal.picture())
            self.assertEqual(terminal.screen.cursor.x, 2)
            terminal.type("fg\n")
        terminal.wait_for(lambda rows: share(rows[-1]) == 50, "the bars, once more")
        self.go_on.set()
        rows = terminal.wait_for(lambda rows: rows[-1:] == ["$"], "the prompt")
        self.assertRegex(rows[-2], "^1 file, ")
        self.assertFalse(any(BAR.search(row) for row in rows), terminal.picture())
        self.check_file("a", CONTENT)

    def test_a_stop_without_warning(self):
        server = self.holding()
        terminal = self.terminal(100, 24)
        self.shell(terminal)
        terminal.type(self.command(" ".join(f"{server.url}/{name}" for name in "abc")) + "\n")

        def bars(rows):
            return len(rows) > 4 and all(share(row) == 50 for row in rows[-4:]) and \
                [row[0] for row in rows[-4:]] == ["a", "b", "c", "0"]
        terminal.wait_for(bars, "the bars")
        os.killpg(os.tcgetpgrp(terminal.master), signal.SIGSTOP)
        terminal.wait_for(lambda rows: any("Stopped" in row for row in rows), "the shell")
        terminal.type("fg\n")
        terminal.wait_for(lambda rows: sum(row.startswith("c ") for row in rows) == 1 and
                          any('"$troika"' in row for row in rows[3:-4]) and bars(rows),
                          "new bars, nothing below")
        self.go_on.set()
        terminal.wait_for(lambda rows: rows[-1] == "$" and re.match("3 files, ", rows[-2]),
                          "the end")

    def test_the_background(self):
        busy = threading.Event()

        def script(peer, number):
            if number == 0:
                peer.send(answer(status="503 Busy", Retry_After="1"))
            else:
                busy.set()
                self.hold(peer)
        server = self.scripted(script)
        terminal = self.terminal(100, 24)
        self.shell(terminal)
        terminal.type("stty tostop\n" + self.command(f"{server.url}/a") + " &\n")
        # A second later, so that there was time enough for bars.
        terminal.wait_for(lambda _: busy.is_set(), "the second attempt")
        rows = terminal.wait_for(lambda rows: any(re.search("retry .*503", row) for row in rows),
                                 "a message from the background")
        self.assertNotRegex(terminal.written.decode(), "[━─]|\x1b\\[K|Stopped")
        terminal.type("fg\n")
        terminal.wait_for(lambda rows: share(rows[-1]) == 50 and share(rows[-2]) == 50, "the bars")
        terminal.type("\x1a")
        terminal.wait_for(lambda rows: rows[-1:] == ["$"], "the prompt")
        begun = len(terminal.written)
        terminal.type("bg\n")
        terminal.wait_for(lambda rows: any(row.startswith("[1]+ ") and row.endswith(" &")
                                           for row in rows), "what goes on")
        self.go_on.set()
        terminal.wait_for(lambda rows: any("1 file, " in row for row in rows), "the summary")
        self.assertNotRegex(terminal.written[begun:].decode(), "[━─]")
        self.check_file("a", CONTENT)

    def test_somebody_elses_terminal(self):
        server = self.holding()
        self.go_on.set()
        terminal = self.terminal(80, 24)
        process = self.get(terminal, f"{server.url}/a", controlling=False)
        self.check_end(terminal, process, 1)
        self.assertNotIn(b"\x1b", terminal.written)

    def test_a_terminal_that_is_held(self):
        # The last but one needs a second attempt a second later: time enough to paint.
        def script(peer, number):
            if peer.target == "/a":
                self.hold(peer)
            elif number == 1:
                peer.send(answer(status="503 Busy", Retry_After="1"))
            else:
                peer.send(answer(CONTENT))
        server = self.scripted(script)
        terminal = self.terminal(80, 24)
        process = self.get(terminal, "-j", "1", *(f"{server.url}/{name}" for name in "abc"))
        terminal.wait_for(lambda rows: rows and share(rows[0]) == 50, "the bar")
        terminal.type("\x13")   # Ctrl-S
        self.go_on.set()
        terminal.wait_for(lambda _: os.path.exists(self.path("c")), "the files")
        self.assertIsNone(process.poll())
        self.assertNotIn(b"retry", terminal.written)
        terminal.type("\x11")
        self.check_end(terminal, process, 3)
        self.assertIn(b"retry", terminal.written)


class Environments(Display):
    def run_in(self, **environment):
        """Returns: what was written while a bar could be seen, and until the end."""
        server = self.holding()
        terminal = self.terminal(80, 24, **environment)
        process = self.get(terminal, "--overwrite", f"{server.url}/%E4%B8%AD.iso")
        if environment.get("TERM") != "dumb":
            terminal.wait_for(lambda rows: len(rows) == 2 and share(rows[0]) == 50, "the bar")
        seen = terminal.screen.text()
        self.go_on.set()
        self.check_end(terminal, process, 1)
        return seen, terminal.written.decode()

    def test_no_colours(self):
        self.assertIn("\x1b[32m", self.run_in()[1])
        self.go_on.clear()
        self.assertNotRegex(self.run_in(NO_COLOR="1")[1], r"\x1b\[\d*m")

    def test_a_dumb_terminal(self):
        _, written = self.run_in(TERM="dumb")
        self.assertNotIn("\x1b", written)
        self.assertRegex(written, "^done  中.iso ")

    def test_a_locale_without_unicode(self):
        seen, written = self.run_in(LC_ALL="C")
        self.assertRegex(seen[0], r"^\\u\{4e2d\}\.iso +#+-+ +50% ")
        self.assertTrue(written.isascii())

    def test_a_file_on_the_terminal_itself(self):
        server = self.scripted(lambda peer, _: peer.send(answer(b"the file\n")))
        terminal = self.terminal(80, 24)
        process = self.get(terminal, "-o", "-", f"{server.url}/a")
        self.check_end(terminal, process, 1)
        self.assertEqual(terminal.screen.text()[0], "the file")
        self.assertNotIn(b"\r\x1b", terminal.written)

    def test_no_terminal(self):
        server = self.scripted(lambda peer, _: peer.send(
            answer(CONTENT) if peer.target == "/a" else answer(status="404 Gone")))
        log = self.path("log")
        with open(log, "wb") as file:
            terminal = self.terminal(80, 24)
            process = self.get(terminal, f"{server.url}/a", f"{server.url}/b", stderr=file)
            self.assertEqual(terminal.wait_for_end(process), 8)
        self.assertEqual(terminal.written, b"")
        self.assertRegex(read(log).decode(), r"^(done  a  1\.0 MiB in .*\n|failed  b: .*404.*\n){2}"
                                             r"1 file, .*; 1 failed\n$")


if __name__ == "__main__":
    unittest.main(argv=["display_test"])
