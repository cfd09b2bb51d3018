# SPDX-License-Identifier: MIT
"""`troika get -s` and mirrors: parts of one file, and never of two."""

import json
import os
import signal
import threading
import time
import unittest

from _get_support import TestCase, bytes_of, read, serves, sha256
from _peer import answer

MIN = 64 * 1024   # the smallest --min-split
CONTENT = bytes_of("content", 1_500_000)
OTHER = bytes_of("other", 1_500_000)
SPLIT = ("-s", "4", "--min-split", "64k")
ONCE = ("--retries", "0")


def refuses(status):
    return lambda peer, number: peer.send(answer(status=status))


def ranges(server):
    return [fields.get("range") for _, fields in server.requests]


class Parts(TestCase):
    def fetch(self, server, *arguments, split=SPLIT, exit_code=0):
        return self.get(*split, *arguments, server.url + "/file", exit_code=exit_code)

    def check_whole(self, content=CONTENT):
        self.check_file("file", content)
        self.assertEqual(self.names(), ["file"])

    def test_the_right_bytes(self):
        for connections in ("2", "3", "16", "256"):
            server = self.scripted(serves(CONTENT))
            self.fetch(server, "--overwrite", split=("-s", connections, "--min-split", "64k"))
            self.check_whole()
            self.assertGreater(len(server.requests), 1)
            self.assertTrue(all(ranges(server)))

    def test_sizes_at_borders(self):
        for size in (0, 1, MIN - 1, MIN, MIN + 1, 2 * MIN - 1, 2 * MIN, 2 * MIN + 1, 8 * MIN + 3):
            with self.subTest(size):
                server = self.scripted(serves(CONTENT[:size]))
                self.fetch(server, "--overwrite", "--sha256", sha256(CONTENT[:size]))
                self.check_whole(CONTENT[:size])
                if 0 < size <= MIN:
                    self.assertEqual(len(server.requests), 1)

    def test_a_file_that_is_not_worth_it(self):
        server = self.scripted(serves(CONTENT))
        self.fetch(server, split=("-s", "4", "--min-split", "2M"))
        self.check_whole()
        self.assertEqual(len(server.requests), 1)

    def test_a_server_without_ranges(self):
        server = self.scripted(lambda peer, number: peer.send(answer(CONTENT, ETag='"e"')))
        self.fetch(server)
        self.check_whole()
        self.assertEqual(len(server.requests), 1)

    def test_no_strong_validator(self):
        for etag in (None, 'W/"weak"'):
            server = self.scripted(serves(CONTENT, etag))
            self.fetch(server, "--overwrite")
            self.check_whole()
            self.assertEqual(ranges(server)[1:], [None])   # the first has told

    def test_wrong_parts(self):
        """Each answer is checked; a server that cannot be trusted gives the file as a whole."""
        def part(first, last, size, body):
            return answer(body, "206 Part", ETag='"e"',
                          Content_Range=f"bytes {first}-{last}/{size}")

        size = len(CONTENT)
        wrong = {
            "another range": lambda a, b: part(a + 1, b, size, CONTENT[a + 1:b + 1]),
            "shorter": lambda a, b: part(a, b - 1, size, CONTENT[a:b]),
            "another length": lambda a, b: part(a, b, size, CONTENT[a:b]),
            "no range": lambda a, b: answer(CONTENT[a:b], "206 Part", ETag='"e"'),
            "nonsense": lambda a, b: part("x", b, size, CONTENT[a:b]),
            "several": lambda a, b: answer(b"--x--", "206 Part", ETag='"e"',
                                           Content_Type="multipart/byteranges; boundary=x"),
            "all of it": lambda a, b: answer(CONTENT, ETag='"e"'),
            "coded": lambda a, b: answer(CONTENT[a:b + 1], "206 Part", Content_Encoding="gzip",
                                         Content_Range=f"bytes {a}-{b}/{size}"),
        }
        for name, reply in wrong.items():
            for good in (0, 1, 2):   # answers before the first that is wrong
                def script(peer, number, reply=reply, good=good):
                    asked = peer.asked_range(size)
                    if number < good or not asked:
                        return peer.send_rest(CONTENT, ETag='"e"')
                    return peer.send(reply(asked[0], asked[1] - 1))

                with self.subTest(name, good=good):
                    self.fetch(self.scripted(script), *ONCE, "--overwrite")
                    self.check_whole()

    def test_a_part_is_cut(self):
        def script(peer, number):
            asked = peer.asked_range(len(CONTENT))
            if number % 3 != 1:
                return peer.send_rest(CONTENT, ETag='"e"')
            first, end = asked
            peer.send(answer(CONTENT[first:first + 1000], "206 Part", length=end - first,
                             ETag='"e"', Content_Range=f"bytes {first}-{end - 1}/{len(CONTENT)}"))
            return "close"

        self.fetch(self.scripted(script))
        self.check_whole()

    def test_changed_midway(self):
        """It starts over with the new file, and never mixes the two."""
        for changed in (1, 2, 3):
            def script(peer, number, changed=changed):
                if number < changed:
                    return peer.send_rest(OTHER, ETag='"old"')
                return peer.send_rest(CONTENT, ETag='"new"')

            server = self.scripted(script)
            said = self.fetch(server, "--overwrite")
            self.check_whole()
            self.assertIn("changed", said)

    def test_changed_midway_unseen(self):
        """The server ignores If-Range, but tells another tag, or another size."""
        for tag, content in (('"new"', CONTENT), ('"old"', CONTENT[:-1])):
            def script(peer, number, tag=tag, content=content):
                peer.fields.pop("if-range", None)
                if number < 2:
                    return peer.send_rest(OTHER, ETag='"old"')
                return peer.send_rest(content, ETag=tag)

            self.fetch(self.scripted(script), "--overwrite")
            self.check_whole(content)

    def test_a_server_that_refuses_many(self):
        for refusal in ("503", "429", "close"):
            places = threading.Semaphore(2)
            refused = threading.Event()

            def script(peer, number, refusal=refusal, places=places, refused=refused):
                if not places.acquire(blocking=False):
                    refused.set()
                    if refusal == "close":
                        return "close"
                    return peer.send(answer(status=refusal + " No", Retry_After="60"))
                if number > 0:
                    refused.wait(60)
                peer.send_rest(CONTENT, ETag='"e"')
                return places.release()

            began = time.monotonic()
            self.fetch(self.scripted(script), "--overwrite",
                       split=("-s", "8", "--min-split", "64k"))
            self.check_whole()
            self.assertTrue(refused.is_set())
            self.assertLess(time.monotonic() - began, 30)   # and not a minute

    def test_the_whole_file_fails_if_all_parts_do(self):
        def script(peer, number):
            return peer.send_rest(CONTENT, ETag='"e"') if number == 0 else "close"

        self.fetch(self.scripted(script), *ONCE, exit_code=4)
        self.assertNotIn("file", self.names())

    def test_checksums(self):
        server = self.scripted(serves(CONTENT))
        self.fetch(server, "--sha256", sha256(CONTENT))
        self.check_whole()
        said = self.fetch(server, "--overwrite", "--sha256", sha256(OTHER), exit_code=9)
        self.check_file("file", CONTENT)
        self.check_file("file.bad", CONTENT)
        self.assertEqual(self.names(), ["file", "file.bad"])
        self.assertIn("file.bad", said)

    def test_credentials_go_with_each_part(self):
        server = self.scripted(serves(CONTENT))
        self.fetch(server, "-u", "me:secret", "-b", "a=b")
        self.assertGreater(len(server.requests), 2)
        for _, fields in server.requests:
            self.assertIn("authorization", fields)
            self.assertEqual(fields["cookie"], "a=b")

    def test_there_is_one_time_limit_for_all_parts(self):
        def script(peer, number):
            first, end = peer.asked_range(len(CONTENT))
            peer.send(answer(length=end - first, status="206 Part", ETag='"e"',
                             Content_Range=f"bytes {first}-{end - 1}/{len(CONTENT)}"))
            for at in range(first, end, 100):
                peer.send(CONTENT[at:min(at + 100, end)])
                if held.wait(0.02):
                    break
            return "close"

        held = threading.Event()
        self.addCleanup(held.set)
        said = self.fetch(self.scripted(script), "--max-time", "1s", exit_code=10)
        self.assertIn("--max-time", said)

    def test_limits_of_the_options(self):
        for arguments in (("-s", "0"), ("-s", "257"), ("-s", "-1"), ("--min-split", "1k"),
                          ("-s", "2", "--compressed")):
            said = self.get(*arguments, "http://127.0.0.1:1/file", exit_code=2)
            self.assertRegex(said, "-s|--split|--min-split")


class Redirected(TestCase):
    def door(self, *aims):
        """A server that sends each request to the next of `aims`."""
        return self.scripted(lambda peer, number: peer.send(answer(
            status="302 Found", Location=f"{aims[number % len(aims)].url}/file?sign=1")))

    def test_all_parts_come_from_one_place(self):
        """Where a redirect leads elsewhere each time, the tags differ as well."""
        aims = [self.scripted(serves(CONTENT, etag)) for etag in ('"a"', '"b"', '"c"')]
        door = self.door(*aims)
        said = self.get(*SPLIT, "-u", "me:secret", "-v", door.url + "/file")
        self.check_file("file", CONTENT)
        self.assertEqual(len(door.requests), 1)
        self.assertEqual([len(each.requests) for each in aims[1:]], [0, 0])
        self.assertNotIn("changed", said)
        for _, fields in aims[0].requests:
            self.assertNotIn("authorization", fields)

    def test_a_place_that_is_closed_soon(self):
        aim = self.scripted(lambda peer, number: peer.send(answer(status="403 No")) if number > 2
                            and peer.target == "/old" else peer.send_rest(CONTENT, ETag='"e"'))
        door = self.scripted(lambda peer, number: peer.send(answer(
            status="302 Found", Location=f"{aim.url}/{'new' if number else 'old'}")))
        self.get(*SPLIT, *ONCE, door.url + "/file")
        self.check_file("file", CONTENT)
        self.assertGreater(len(door.requests), 1)


class Resuming(TestCase):
    """Notes are made each 32 MiB: a kill loses no more."""

    LARGE = bytes_of("large", 100_000_000)

    def held(self):
        """A server that sends most of each part, and then waits."""
        self.allowed = threading.Event()
        self.sent = 0
        lock = threading.Lock()

        def script(peer, number):
            first, end = peer.asked_range(len(self.LARGE)) or (0, len(self.LARGE))
            peer.send(answer(length=end - first, status="206 Part" if "range" in peer.fields
                             else "200 OK", ETag='"e"',
                             Content_Range=f"bytes {first}-{end - 1}/{len(self.LARGE)}"))
            at = first
            while at < end:
                if not self.allowed.is_set() and self.sent > 70_000_000:
                    self.allowed.wait(60)
                piece = self.LARGE[at:min(at + (1 << 18), end)]
                peer.send(piece)
                at += len(piece)
                with lock:
                    self.sent += len(piece)

        return self.scripted(script)

    def killed_and_resumed(self, first, second):
        server = self.held()
        url = server.url + "/file"
        process = self.start(*first, "--no-fsync", "--json", url)
        at = 0
        for line in process.stdout:   # until nothing moves any more
            event = json.loads(line)
            if event["event"] == "progress" and event["bytes"] > 64 << 20:
                if event["bytes"] == at:
                    break
                at = event["bytes"]
        self.assertIn("file.part.journal", self.names())
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        self.assertNotIn("file", self.names())
        self.allowed.set()
        before, requests = self.sent, len(server.requests)
        self.get(*second, "--no-fsync", "--sha256", sha256(self.LARGE), url)
        self.check_file("file", self.LARGE)
        self.assertEqual(self.names(), ["file"])
        self.assertTrue(all(ranges(server)[requests:]))
        if "-s" in second:
            self.assertGreater(len(server.requests) - requests, 1)
        self.assertLess(self.sent - before, len(self.LARGE) - 20_000_000)

    def test_split_and_split(self):
        self.killed_and_resumed(("-s", "4", "--min-split", "1M"),
                                ("-s", "3", "--min-split", "1M"))

    def test_split_and_plain(self):
        self.killed_and_resumed(("-s", "4", "--min-split", "1M"), ())

    def test_plain_and_split(self):
        self.killed_and_resumed((), ("-s", "4", "--min-split", "1M"))

    def test_interrupted(self):
        """SIGINT loses nothing that has come."""
        def script(peer, number):
            first, end = peer.asked_range(len(CONTENT))
            if number >= 4:
                return peer.send_rest(CONTENT, ETag='"e"')
            peer.send(answer(CONTENT[first:end - 1000], "206 Part", length=end - first,
                             ETag='"e"',
                             Content_Range=f"bytes {first}-{end - 1}/{len(CONTENT)}"))
            return peer.wait_until_gone()

        server = self.scripted(script)
        process = self.start(*SPLIT, "--json", server.url + "/file")
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["bytes"] >= 1_000_000:
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.names(), ["file.part", "file.part.journal"])
        requests = len(server.requests)
        self.get(*SPLIT, server.url + "/file")
        self.check_file("file", CONTENT)
        asked = [each.removeprefix("bytes=").split("-") for each in ranges(server)[requests:]]
        self.assertLess(sum(int(last) + 1 - int(first) for first, last in asked), 500_000)

    def test_changed_meanwhile(self):
        """What a killed run has left is of another file now."""
        def script(peer, number):
            if number < 4:
                first, end = peer.asked_range(len(OTHER))
                peer.send(answer(OTHER[first:end - 1000], "206 Part", length=end - first,
                                 ETag='"old"',
                                 Content_Range=f"bytes {first}-{end - 1}/{len(OTHER)}"))
                return "close"
            return peer.send_rest(CONTENT, ETag='"new"')

        server = self.scripted(script)
        self.get(*SPLIT, *ONCE, server.url + "/file", exit_code=4)
        self.assertIn("file.part", self.names())
        self.get(*SPLIT, server.url + "/file")
        self.check_file("file", CONTENT)
        self.assertEqual(self.names(), ["file"])

    def test_no_ranges_any_more(self):
        """The server has forgotten what parts are."""
        for arguments in (SPLIT, ()):
            def script(peer, number):
                if number < 4:
                    first, end = peer.asked_range(len(CONTENT))
                    peer.send(answer(CONTENT[first:end - 1000], "206 Part", length=end - first,
                                     ETag='"e"',
                                     Content_Range=f"bytes {first}-{end - 1}/{len(CONTENT)}"))
                    return "close"
                return peer.send(answer(CONTENT, ETag='"e"'))

            server = self.scripted(script)
            self.get(*SPLIT, *ONCE, "--overwrite", server.url + "/file", exit_code=4)
            self.assertIn("file.part", self.names())
            self.get(*arguments, *ONCE, "--overwrite", server.url + "/file")
            self.check_file("file", CONTENT)
            self.assertEqual(self.names(), ["file"])


class Mirrors(TestCase):
    def fetch(self, urls, *arguments, exit_code=0, expected=None):
        line = " ".join([urls[0] + "/file", "out=file",
                         *(f"mirror={each}/file" for each in urls[1:]),
                         *([f"sha256={sha256(expected)}"] if expected else [])])
        return self.get("-i", "-", *arguments, stdin=line.encode(), exit_code=exit_code)

    def nobody(self):
        return "http://127.0.0.1:1"

    def bad_ones(self):
        yield "dead", self.nobody()
        yield "404", self.scripted(refuses("404 No")).url
        yield "503", self.scripted(refuses("503 Busy")).url
        yield "cut", self.scripted(lambda peer, number: [peer.send(
            answer(CONTENT[:1000], length=len(CONTENT))), "close"][1]).url
        yield "stalled", self.scripted(lambda peer, number: [peer.send(
            answer(b"x", length=len(CONTENT))), peer.wait_until_gone()][1]).url
        yield "nonsense", self.scripted(lambda peer, number: [peer.send(b"nonsense\r\n"),
                                                              "close"][1]).url

    def test_the_next_one(self):
        good = self.scripted(serves(CONTENT))
        for name, bad in self.bad_ones():
            for arguments in ((), SPLIT):
                with self.subTest(name, arguments=arguments):
                    self.fetch([bad, good.url], *ONCE, "--stall-timeout", "200ms", "--overwrite",
                               *arguments)
                    self.check_file("file", CONTENT)
                    self.assertEqual(self.names(), ["file"])

    def test_with_a_checksum_all_help(self):
        servers = [self.scripted(serves(CONTENT, etag)) for etag in ('"a"', '"b"', None)]
        self.fetch([each.url for each in servers], *SPLIT, expected=CONTENT)
        self.check_file("file", CONTENT)
        for server in servers:
            self.assertGreater(len(server.requests), 0)

    def test_without_one_only_one_does(self):
        servers = [self.scripted(serves(CONTENT)) for _ in range(3)]
        self.fetch([each.url for each in servers], *SPLIT)
        self.check_file("file", CONTENT)
        self.assertEqual([len(each.requests) for each in servers[1:]], [0, 0])

    def test_bad_ones_among_the_helpers(self):
        good = self.scripted(serves(CONTENT))
        for name, bad in self.bad_ones():
            with self.subTest(name):
                self.fetch([good.url, bad], *ONCE, *SPLIT, "--stall-timeout", "200ms",
                           "--overwrite", expected=CONTENT)
                self.check_file("file", CONTENT)

    def test_another_file_among_the_helpers(self):
        good = self.scripted(serves(CONTENT))
        for content in (CONTENT[:-1], OTHER, b""):
            with self.subTest(size=len(content)):
                bad = self.scripted(serves(content))
                for urls in ([good.url, bad.url], [bad.url, good.url]):
                    for arguments in (SPLIT, ()):
                        self.fetch(urls, *ONCE, *arguments, "--overwrite", expected=CONTENT)
                        self.check_file("file", CONTENT)

    def test_all_are_corrupt(self):
        servers = [self.scripted(serves(OTHER)) for _ in range(3)]
        said = self.fetch([each.url for each in servers], *SPLIT, expected=CONTENT, exit_code=9)
        self.assertEqual(self.names(), ["file.bad"])
        self.assertIn("file.bad", said)
        for server in servers:
            self.assertGreater(len(server.requests), 0)

    def test_bytes_of_a_corrupt_one_are_given_up(self):
        """One is cut, the next goes on from there, the checksum is wrong: then each alone."""
        corrupt = self.scripted(lambda peer, number: [peer.send(
            answer(OTHER[:1_000_000], length=len(CONTENT), ETag='"e"')), "close"][1])
        good = self.scripted(serves(CONTENT))
        self.fetch([corrupt.url, good.url], *ONCE, expected=CONTENT)
        self.check_file("file", CONTENT)
        self.assertLess(len(corrupt.requests) + len(good.requests), 6)

    def test_a_passing_failure_and_a_final_one(self):
        """One says 503, the other 404: the first deserves another chance."""
        busy = self.scripted(lambda peer, number: peer.send(
            answer(status="503 Busy") if number == 0 else answer(CONTENT)))
        gone = self.scripted(refuses("404 No"))
        self.fetch([busy.url, gone.url])
        self.check_file("file", CONTENT)

    def test_a_cut_is_no_reason_to_begin_again_elsewhere(self):
        def script(peer, number):
            if number > 0:
                return peer.send_rest(CONTENT, ETag='"e"')
            peer.send(answer(CONTENT[:1_000_000], length=len(CONTENT), ETag='"e"'))
            return "close"

        first, second = self.scripted(script), self.scripted(serves(OTHER))
        self.fetch([first.url, second.url])
        self.check_file("file", CONTENT)
        self.assertEqual(second.requests, [])
        self.assertIsNotNone(ranges(first)[1])

    def test_credentials_stay_at_the_first(self):
        secrets = ("-u", "me:secret", "-H", "Cookie: a=secret", "-b", "c=secret",
                   "-H", "Proxy-Authorization: secret")
        first = self.scripted(refuses("404 No"))
        for script, arguments in ((serves(CONTENT), ()), (serves(CONTENT), SPLIT)):
            second = self.scripted(script)
            self.fetch([first.url, second.url], *secrets, *arguments, "--overwrite", "-v",
                       expected=CONTENT)
            self.assertIn("authorization", first.requests[0][1])
            for _, fields in second.requests:
                self.assertEqual(set(fields) & {"authorization", "cookie", "proxy-authorization"},
                                 set())

    def test_the_list_of_failures_knows_them(self):
        urls = [self.scripted(refuses("404 No")).url for _ in range(2)]
        self.fetch(urls, *ONCE, "--failed-out", "failed", exit_code=8)
        self.assertIn(f"mirror={urls[1]}/file".encode(), read(self.path("failed")))


if __name__ == "__main__":
    unittest.main(argv=["get_split_test"])
