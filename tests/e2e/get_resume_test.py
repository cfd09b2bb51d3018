# SPDX-License-Identifier: MIT
"""`troika get` that is interrupted: what it keeps, goes on from, and must not trust."""

import json
import os
import signal
import threading
import unittest

from _get_support import TestCase, bytes_of, sha256, write
from _peer import answer

CONTENT = bytes_of("content", 1_000_000)
OTHER = bytes_of("other", 1_000_000)
ETAG = '"one"'


class Resume(TestCase):
    def half_then(self, rest):
        """A server that sends half and waits; then `rest(peer)` answers."""
        def script(peer, number):
            if number > 0:
                return rest(peer)
            peer.send(answer(CONTENT[:500_000], length=len(CONTENT), ETag=ETAG))
            peer.wait_until_gone()
            return "close"

        return self.scripted(script)

    def interrupt(self, server, number, exit_code, *options):
        """Ends a download with signal `number` when it has some of the file."""
        process = self.start("--json", *options, server.url + "/file")
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["bytes"] == 500_000:
                break
        process.send_signal(number)
        output, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, exit_code, error)
        self.assertFalse(os.path.exists(self.path("file")))
        return [json.loads(line) for line in output.splitlines()]

    def test_interrupted_goes_on(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                server = self.half_then(lambda peer: peer.send_rest(CONTENT, ETag=ETAG))
                events = self.interrupt(server, number, 128 + number)
                self.assertEqual([event["resumable"] for event in events
                                  if event["event"] == "failed"], [True])
                self.assertEqual(events[-1]["unfinished"], 1)
                self.assertEqual(self.names(), ["file.part", "file.part.journal"])
                self.assertEqual(os.stat(self.path("file.part")).st_mode & 0o777, 0o600)
                self.get(server.url + "/file")
                fields = server.requests[1][1]
                self.assertEqual(fields["if-range"], ETAG)
                start = int(fields["range"].removeprefix("bytes=").removesuffix("-"))
                # At most the two buffers that were being filled and written are lost.
                self.assertGreater(start, 500_000 - 2 * 128 * 1024)
                self.assertLessEqual(start, 500_000)
                self.check_file("file", CONTENT)
                self.assertEqual(self.names(), ["file"])
                os.remove(self.path("file"))

    def test_interrupted_with_a_checksum_goes_on(self):
        server = self.half_then(lambda peer: peer.send_rest(CONTENT, ETag=ETAG))
        self.interrupt(server, signal.SIGINT, 130, "--sha256", sha256(CONTENT))
        self.get("--sha256", sha256(CONTENT), server.url + "/file")
        self.assertIn("range", server.requests[1][1])
        self.check_file("file", CONTENT)

    def test_a_part_that_was_changed_starts_over(self):
        server = self.half_then(lambda peer: peer.send_rest(CONTENT, ETag=ETAG))
        self.interrupt(server, signal.SIGINT, 130, "--sha256", sha256(CONTENT))
        with open(self.path("file.part"), "r+b") as part:
            part.write(b"changed")
        self.get("--sha256", sha256(CONTENT), server.url + "/file")
        self.assertNotIn("range", server.requests[1][1])
        self.check_file("file", CONTENT)

    def test_a_journal_that_is_torn_starts_over(self):
        server = self.half_then(lambda peer: peer.send_rest(CONTENT, ETag=ETAG))
        self.interrupt(server, signal.SIGINT, 130)
        os.truncate(self.path("file.part.journal"), 40)
        self.get(server.url + "/file")
        self.assertNotIn("range", server.requests[1][1])
        self.check_file("file", CONTENT)

    def test_no_resume_starts_over(self):
        server = self.half_then(lambda peer: peer.send_rest(CONTENT, ETag=ETAG))
        self.interrupt(server, signal.SIGINT, 130)
        self.get("--no-resume", server.url + "/file")
        self.assertNotIn("range", server.requests[1][1])
        self.check_file("file", CONTENT)

    def test_a_file_that_changed_between_runs_starts_over(self):
        server = self.half_then(lambda peer: peer.send_rest(OTHER[:400_000], ETag='"two"'))
        self.interrupt(server, signal.SIGINT, 130)
        self.get(server.url + "/file")
        self.assertIn("range", server.requests[1][1])
        self.check_file("file", OTHER[:400_000])
        self.assertEqual(self.names(), ["file"])

    def test_a_part_of_another_file_is_not_taken(self):
        def rest(peer):
            # The right place, but of a file with another entity tag: no server should.
            if "range" not in peer.fields:
                return peer.send(answer(OTHER, ETag='"two"'))
            peer.fields["if-range"] = '"two"'
            return peer.send_rest(OTHER, ETag='"two"')

        server = self.half_then(rest)
        self.interrupt(server, signal.SIGINT, 130)
        self.assertIn("changed", self.get(server.url + "/file"))
        self.check_file("file", OTHER)

    def test_a_part_from_elsewhere_is_not_taken(self):
        ranges = ["bytes 0-999999/1000000", "bytes 500001-999999/1000000", "bytes 5-4/1000000", "x",
                  "bytes 10-20/30"]
        for wrong in ranges:
            def rest(peer, wrong=wrong):
                if "range" not in peer.fields:
                    return peer.send(answer(CONTENT, ETag=ETAG))
                return peer.send(answer(b"?" * 100, "206 Part", ETag=ETAG, Content_Range=wrong))

            with self.subTest(wrong):
                server = self.half_then(rest)
                self.interrupt(server, signal.SIGINT, 130)
                self.get(server.url + "/file")
                self.check_file("file", CONTENT)
                os.remove(self.path("file"))

    def test_a_rest_of_another_length_is_not_taken(self):
        def rest(peer):
            if "range" not in peer.fields:
                return peer.send(answer(CONTENT, ETag=ETAG))
            peer.fields["if-range"] = ETAG
            return peer.send_rest(CONTENT[:-1], ETag=ETAG)

        server = self.half_then(rest)
        self.interrupt(server, signal.SIGINT, 130)
        self.get(server.url + "/file")
        self.check_file("file", CONTENT)

    def test_a_file_that_became_shorter_starts_over(self):
        def rest(peer):
            if "range" in peer.fields:
                return peer.send(answer(status="416 No", Content_Range="bytes */1000"))
            return peer.send(answer(OTHER[:1000], ETag='"two"'))

        server = self.half_then(rest)
        self.interrupt(server, signal.SIGINT, 130)
        self.get(server.url + "/file")
        self.check_file("file", OTHER[:1000])

    def test_what_is_whole_already_only_gets_its_name(self):
        held, proceed = threading.Event(), threading.Event()

        def script(peer, number):
            if number > 0:
                return peer.send_rest(CONTENT, ETag=ETAG)
            whole = answer(CONTENT, ETag=ETAG)
            peer.send(whole[:400_000])
            held.set()
            proceed.wait(60)
            return peer.send(whole[400_000:])

        server = self.scripted(script)
        process = self.start(server.url + "/file")
        held.wait(60)
        write(self.path("file"), b"mine")   # somebody else was faster
        proceed.set()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.check_file("file", b"mine")
        os.remove(self.path("file"))
        self.get(server.url + "/file")
        self.assertEqual(server.requests[1][1]["range"], "bytes=1000000-")
        self.assertEqual(len(server.requests), 2)
        self.check_file("file", CONTENT)
        self.assertEqual(self.names(), ["file"])

    def test_without_a_validator_nothing_is_kept(self):
        def script(peer, number):
            peer.send(answer(CONTENT[:500_000], length=len(CONTENT)))
            return "close"

        self.get("--retries", "1", self.scripted(script).url + "/file", exit_code=4)
        self.assertEqual(self.names(), [])

    def test_attempts_of_one_run_go_on(self):
        def script(peer, number):
            if number == 0:
                peer.send(answer(CONTENT[:500_000], length=len(CONTENT), ETag=ETAG))
                return "close"
            return peer.send_rest(CONTENT, ETag=ETAG)

        server = self.scripted(script)
        self.get(server.url + "/file", "--sha256", sha256(CONTENT))
        self.assertIn("range", server.requests[1][1])
        self.check_file("file", CONTENT)


class Killed(TestCase):
    """kill -9: the only thing that no program can answer."""

    def test_killed_at_any_moment(self):
        """No wrong byte under the final name, and the next run is not confused by what is left."""
        content = bytes_of("killed", 700_000)
        victim = []

        for moment in (0, 1, 1000, 131_072, 131_073, 400_000, 699_999, 700_000):
            def script(peer, number, moment=moment):
                if number > 0:
                    return peer.send_rest(content, ETag=ETAG)
                whole = answer(content, ETag=ETAG)
                head = len(whole) - len(content)
                peer.send(whole[:head + moment])
                victim[0].kill()
                peer.wait_until_gone()
                return "close"

            with self.subTest(moment):
                server = self.scripted(script)
                victim[:] = [self.start("-i", "-", stdin=-1)]
                victim[0].stdin.write(f"{server.url}/file\n".encode())
                victim[0].stdin.flush()
                victim[0].wait(60)
                if "file" in self.names():
                    self.check_file("file", content)
                self.get(server.url + "/file", *(["--overwrite"] if "file" in self.names() else []))
                self.check_file("file", content)
                self.assertEqual(self.names(), ["file"])
                os.remove(self.path("file"))

    def test_killed_late_loses_little(self):
        content = bytes_of("long", 40 << 20)

        def script(peer, number):
            if number > 0:
                return peer.send_rest(content, ETag=ETAG)
            peer.send(answer(content[:39 << 20], length=len(content), ETag=ETAG))
            peer.wait_until_gone()
            return "close"

        server = self.scripted(script)
        process = self.start("--json", server.url + "/file")
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["bytes"] == 39 << 20:
                break
        process.kill()
        process.wait()
        self.get(server.url + "/file")
        start = int(server.requests[1][1]["range"].removeprefix("bytes=").removesuffix("-"))
        self.assertGreaterEqual(start, 32 << 20)
        self.check_file("file", content)

    def test_rests_without_a_journal_are_no_danger(self):
        server = self.scripted(lambda peer, number: peer.send_rest(CONTENT, ETag=ETAG))
        write(self.path("file.part"), OTHER)
        self.get(server.url + "/file")
        self.check_file("file", CONTENT)
        self.assertEqual(self.names(), ["file"])

    def test_two_processes_do_not_share_a_part(self):
        proceed = threading.Event()

        def script(peer, number):
            whole = answer(CONTENT, ETag=ETAG)
            if number > 0:
                return peer.send(whole)
            peer.send(whole[:400_000])
            proceed.wait(60)
            return peer.send(whole[400_000:])

        server = self.scripted(script)
        first = self.start("--json", server.url + "/file")
        for line in first.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["bytes"] > 390_000:
                break
        self.assertIn("another process", self.get(server.url + "/file", exit_code=3))
        proceed.set()
        first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0)
        self.check_file("file", CONTENT)


if __name__ == "__main__":
    unittest.main(argv=["get_resume_test"])
