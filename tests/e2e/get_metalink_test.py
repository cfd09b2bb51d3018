# SPDX-License-Identifier: MIT
"""`troika get --metalink`: files as a document of somebody else's describes them."""

import json
import os
import unittest

from _get_support import TestCase, bytes_of, serves, sha256, write
from _peer import answer

CONTENT = bytes_of("content", 1_500_000)
OTHER = bytes_of("other", 1_500_000)
SPLIT = ("-s", "4", "--min-split", "64k")
ONCE = ("--retries", "0")


class Metalink(TestCase):
    def document(self, *files):
        text = "".join(f'<file name="{name}">{inner}</file>' for name, inner in files)
        write(self.path("doc.meta4"), ('<?xml version="1.0"?>\n'
              f'<metalink xmlns="urn:ietf:params:xml:ns:metalink">{text}</metalink>').encode())

    @staticmethod
    def inner(*urls, size=None, digest=None):
        text = f"<size>{size}</size>" if size is not None else ""
        text += f'<hash type="sha-256">{digest}</hash>' if digest else ""
        return text + "".join(f'<url priority="{priority}">{url}</url>'
                              for priority, url in urls)

    def fetch(self, *arguments, exit_code=0):
        return self.get("--metalink", "doc.meta4", "-d", "down", *arguments, exit_code=exit_code)

    def down(self):
        place = self.path("down")
        return sorted(os.listdir(place)) if os.path.isdir(place) else []

    def test_files(self):
        one, two = self.scripted(serves(CONTENT)), self.scripted(serves(CONTENT))
        other = self.scripted(serves(OTHER))
        self.document(
            ("a", self.inner((2, two.url + "/x"), (1, one.url + "/y"), size=len(CONTENT),
                             digest=sha256(CONTENT))),
            ("b", self.inner((1, other.url + "/z"))))
        self.fetch()
        self.check_file("down/a", CONTENT)
        self.check_file("down/b", OTHER)
        self.assertEqual(two.requests, [])   # the other is preferred

    def test_parts(self):
        servers = [self.scripted(serves(CONTENT)) for _ in range(2)]
        self.document(("a", self.inner(*((i, each.url + "/x") for i, each in
                                         enumerate(servers, 1)),
                                       size=len(CONTENT), digest=sha256(CONTENT))))
        self.fetch(*SPLIT)
        self.check_file("down/a", CONTENT)
        self.assertTrue(all(each.requests for each in servers))

    def test_evil_names(self):
        server = self.scripted(serves(CONTENT))
        for name in ("../x", "/etc/x", "a/../../x", "..", ".bashrc", "-rf", "x\\..\\y"):
            self.document((name, self.inner((1, server.url + "/q"))))
            with self.subTest(name):
                self.fetch()
                names = self.down()
                self.assertEqual(len(names), 1)
                self.assertNotRegex(names[0], r"^[.-]|/|\\")
                os.remove(self.path("down/" + names[0]))
        self.assertEqual(self.names(), ["doc.meta4", "down"])
        self.assertFalse(os.path.exists("/etc/x"))

    def test_no_url_that_can_be_used(self):
        good = self.scripted(serves(CONTENT))
        self.document(("a", self.inner((1, "ftp://127.0.0.1/x"))),
                      ("b", self.inner((1, "ftp://127.0.0.1/x"), (2, good.url + "/b"))))
        said = self.fetch(exit_code=2)
        self.assertIn("http", said)
        self.assertEqual(self.down(), ["b"])

    def test_wrong_pieces_are_fetched_again(self):
        length = 100_000
        wrong = bytearray(CONTENT)
        wrong[250_000] ^= 1
        wrong[1_400_000] ^= 1
        pieces = "".join(f"<hash>{sha256(CONTENT[at:at + length])}</hash>"
                         for at in range(0, len(CONTENT), length))
        pieces = f'<pieces type="sha-256" length="{length}">{pieces}</pieces>'
        for arguments in ((), SPLIT):
            bad, good = self.scripted(serves(bytes(wrong))), self.scripted(serves(CONTENT))
            self.document(("a", self.inner((1, bad.url + "/x"), (2, good.url + "/x"),
                                           digest=sha256(CONTENT)) + pieces))
            self.fetch(*arguments)
            self.check_file("down/a", CONTENT)
            os.remove(self.path("down/a"))
            if not arguments:
                self.assertEqual({fields["range"] for _, fields in good.requests},
                                 {"bytes=200000-299999", "bytes=1400000-1499999"})
        # Only one server, which never has it right: what came is kept for a look.
        bad = self.scripted(serves(bytes(wrong)))
        self.document(("a", self.inner((1, bad.url + "/x"), digest=sha256(CONTENT)) + pieces))
        self.fetch(exit_code=9)
        self.assertEqual(self.down(), ["a.bad"])

    def test_wrong_sizes(self):
        for etag in ('"e"', None):
            for arguments in ((), SPLIT):
                server = self.scripted(serves(CONTENT, etag))
                self.document(("a", self.inner((1, server.url + "/x"), size=len(CONTENT) - 1)))
                said = self.fetch(*arguments, *ONCE, exit_code=7)
                self.assertIn(str(len(CONTENT)), said)
                self.assertEqual(self.down(), [])

    def test_wrong_sizes_that_nobody_tells(self):
        for size in (len(CONTENT) - 1, len(CONTENT) + 1, 10):
            server = self.scripted(lambda peer, number: [peer.send(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + CONTENT), "close"][1])
            self.document(("a", self.inner((1, server.url + "/x"), size=size)))
            self.fetch(*ONCE, exit_code=7)
            self.assertEqual(self.down(), [])

    def test_no_credentials(self):
        server = self.scripted(serves(CONTENT))
        self.document(("a", self.inner((1, server.url + "/x"))))
        self.fetch("-u", "me:secret", "-H", "Cookie: a=secret", "-b", "c=secret",
                   "-H", "Authorization: secret")
        self.assertEqual(set(server.requests[0][1]) & {"authorization", "cookie"}, set())

    def test_what_is_no_metalink(self):
        for content in (b"", b"<html>", b"nonsense", b"<?xml version='1.0'?><x/>",
                        b'<!DOCTYPE m [<!ENTITY a "b">]><metalink>&a;</metalink>'):
            write(self.path("doc.meta4"), content)
            said = self.fetch(exit_code=2)
            self.assertIn("doc.meta4", said)
        os.remove(self.path("doc.meta4"))
        self.assertIn("doc.meta4", self.fetch(exit_code=3))

    def test_events(self):
        server = self.scripted(serves(CONTENT))
        self.document(("a", self.inner((1, server.url + "/x"), digest=sha256(CONTENT))))
        self.fetch("--json", *SPLIT)
        events = [json.loads(line) for line in self.output.splitlines()]
        done = [each for each in events if each["event"] == "finished"]
        self.assertEqual(done[0]["bytes"], len(CONTENT))


if __name__ == "__main__":
    unittest.main(argv=["get_metalink_test"])
