# SPDX-License-Identifier: MIT
"""The catalogue: what servers do wrong, and how `troika get` must end."""

import gzip
from dataclasses import dataclass
from typing import Callable, Optional

from _peer import answer
from hostile.server import DATE, TAG

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
STALL = ("--stall-timeout", "300ms")
BRIEF = ("--connect-timeout", "300ms")
TOTAL = ("--max-time", "500ms")


@dataclass(frozen=True)
class Fault:
    name: str
    exit_code: int = 0
    said: str = ""   # what the message must match
    strike: Optional[Callable] = None    # strike(peer) answers a request; "go on" keeps the peer
    raw: Optional[Callable] = None       # raw(peer) has the connection before any TLS
    options: tuple = ()
    path: str = "/file"
    final: str = "file"                  # the name in the end
    healed_final: str = ""               # another one, if the good server does not suggest it
    rests: tuple = ()                    # what may be left beside it after the fault
    certificate: str = ""                # https; which of the certificates the server shows
    deaf: bool = False                   # no connection is accepted


def sends(data):
    def strike(peer):
        peer.send(data)
    return strike


def stays(data):
    def strike(peer):
        peer.send(data)
        peer.wait_until_gone()
    return strike


def floods(head, piece):
    def strike(peer):
        peer.send(head)
        many = piece * max(1, 65536 // len(piece))
        while True:
            peer.send(many)
    return strike


def drips(head, piece):
    """Always a little, so that no stall is ever noticed: paced by the client's own patience."""
    def strike(peer):
        peer.send(head)
        while not peer.server.healed.wait(0.05):
            peer.send(piece)
    return strike


def redirects(place, status="302 Found"):
    def strike(peer):
        if peer.target != "/file":
            peer.be_good()
        else:
            where = place(peer) if callable(place) else place
            peer.send(answer(status=status, Location=where))
        return "go on"
    return strike


def cut(peer, tag=TAG, end=400_000):
    peer.send(answer(peer.content[:end], length=len(peer.content), ETag=tag,
                     Last_Modified=DATE))


def cut_and_stay(peer):
    cut(peer)
    peer.wait_until_gone()


# ---- names

PATHS = (("parent", "/..%2f..%2fup", "up"), ("parent-encoded", "/%2e%2e%2f%2E%2E%2Fup", "up"),
         ("parent-twice-encoded", "/%252e%252e%252fup", "%2e%2e%2fup"),
         ("parent-backslash", "/x/..%5c..%5cup", "up"), ("dot-dot", "/%2e%2e", "index.html"),
         ("dot", "/.", "index.html"), ("absolute", "/%2fetc%2fpasswd", "passwd"),
         ("drive", "/C:%5Cwindows%5Cup", "up"), ("control", "/a%0ab%1b%5b2Jc", "ab[2Jc"),
         ("nul", "/a%00b", "ab"), ("delete", "/a%7fb", "ab"), ("c1", "/a%c2%9bb", "ab"),
         ("bidirectional", "/a%e2%80%aetxt.exe", "atxt.exe"), ("isolate", "/a%e2%81%a6b", "ab"),
         ("only-bidirectional", "/%e2%80%ae", "index.html"), ("invisible", "/a%e2%80%8bb", "ab"),
         ("leading-dot", "/.bashrc", "bashrc"), ("leading-dots", "/...x", "x"),
         ("leading-dash", "/-rf", "rf"), ("option", "/--output=x", "output=x"),
         ("space", "/%20%20-x%20", "x"), ("empty", "/", "index.html"),
         ("empty-query", "/?../../up", "index.html"), ("not-utf8", "/a%ff%feb", None),
         ("300-bytes", "/" + "n" * 300, None), ("300-bytes-of-dots", "/" + "." * 300, "index.html"),
         ("300-bytes-utf8", "/" + "%c3%a9" * 150 + ".tar.gz", None),
         ("slashes", "//////", "index.html"))

FIELDS = (("parent", '"../../up"', "up"), ("absolute", '"/etc/passwd"', "passwd"),
          ("backslash", '"a\\\\..\\\\c"', "c"), ("dot", '".profile"', "profile"),
          ("dash", '"-rf"', "rf"), ("empty", '""', "index.html"), ("dots", '".."', "index.html"),
          ("bare", "../../up", None), ("long", '"' + "n" * 300 + '"', None),
          ("unterminated", '"../../up', None), ("in-parts", '"a"; filename="../../b"', None),
          ("encoded", "x; filename*=UTF-8''..%2f..%2fup", "up"),
          ("encoded-control", "x; filename*=UTF-8''%1b%5b2Ja%e2%80%aeb", "[2Jab"),
          ("encoded-nul", "x; filename*=UTF-8''a%00b", "ab"))


def suggests(suggestion):
    field = f"attachment; filename={suggestion}"

    def strike(peer):
        peer.send(answer(peer.content, ETag=TAG, Last_Modified=DATE, Content_Disposition=field))
        return "go on"
    return strike


def good(peer):
    peer.be_good()
    return "go on"


NAMES = [Fault(f"name-{name}", strike=good, path=path, final=final)
         for name, path, final in PATHS]
NAMES += [Fault(f"field-{name}", strike=suggests(value), options=("-J",), final=final,
                healed_final="file") for name, value, final in FIELDS]


# ---- redirects

REDIRECTS = [
    Fault("redirect-circle", 7, "redirects", redirects("/file")),
    Fault("redirect-chain", 7, "redirects", lambda peer: [peer.send(
        answer(status="302 Found", Location=f"/{peer.number}")), "go on"][1]),
    Fault("redirect-to-file", 7, "neither http nor https", redirects("file:///etc/passwd")),
    Fault("redirect-to-ftp", 7, "neither http nor https", redirects(
        "ftp://user:s3cret-password@127.0.0.1/file")),
    Fault("redirect-to-script", 7, "neither", redirects("javascript:alert(1)")),
    Fault("redirect-to-data", 7, "neither", redirects("data:,hello")),
    Fault("redirect-to-nonsense", 7, "no URL", redirects("http://u:s3cret-password@[::1")),
    Fault("redirect-chain-with-logins", 7, "redirects", lambda peer: [peer.send(answer(
        status="302 Found", Location=f"//u:s3cret-password@127.0.0.1:{peer.server.listener.port}"
                                     f"/{peer.number}{'x' * 5000}")), "go on"][1]),
    Fault("redirect-to-port-0", 7, "", redirects("http://127.0.0.1:99999/")),
    Fault("redirect-to-escapes", 7, "", redirects("http://\x1b[2J/\x1b[31m")),
    Fault("redirect-to-100kB", 7, "", redirects("/" + "x" * 100_000)),
    Fault("redirect-nowhere", 7, "", lambda peer: peer.send(answer(status="302 Found"))),
    Fault("redirect-two-ways", 7, "", lambda peer: peer.send(
        b"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: http://127.0.0.1:1/b\r\n"
        b"Content-Length: 0\r\n\r\n")),
    Fault("redirect-away", 0, strike=redirects(lambda peer: peer.server.elsewhere + "/file")),
    Fault("redirect-away-with-a-login", 8, "404", redirects(
        lambda peer: peer.server.elsewhere.replace("//", "//u:s3cret-password@") + "/missing")),
    Fault("redirect-beside", 0, strike=redirects(
        lambda peer: peer.server.elsewhere.removeprefix("http:") + "/file", "308 Moved")),
    Fault("redirect-to-http", 7, "not encrypted", redirects(
        lambda peer: peer.server.elsewhere + "/file"), certificate="good"),
    Fault("redirect-with-a-name", 0, strike=redirects("/..%2f..%2fup")),
]


# ---- lengths and chunks

LIES = (("two", b"Content-Length: 5\r\nContent-Length: 6"), ("negative", b"Content-Length: -1"),
        ("and-chunked", b"Content-Length: 5\r\nTransfer-Encoding: chunked"),
        ("overflow", b"Content-Length: 99999999999999999999999"),
        ("wrap", b"Content-Length: 18446744073709551621"), ("hex", b"Content-Length: 0x5"),
        ("list", b"Content-Length: 5, 6"), ("plus", b"Content-Length: +5"),
        ("empty", b"Content-Length: "), ("space", b"Content-Length: 5 5"),
        ("before-colon", b"Content-Length : 5"), ("coded-twice", b"Transfer-Encoding: chunked, "
                                                  b"chunked"),
        ("unknown-coding", b"Transfer-Encoding: gzip, chunked"),
        ("not-chunked-last", b"Transfer-Encoding: chunked, identity"),
        ("folded", b"Content-Length:\r\n 5"), ("nul", b"X: a\0b\r\nContent-Length: 5"),
        ("bare-line-feed", b"X: y\nContent-Length: 5"))
CHUNKS = (("garbage", b"xyz\r\nhello"), ("negative", b"-5\r\nhello"),
          ("overflow", b"fffffffffffffffff\r\nhello"), ("wrap", b"10000000000000005\r\nhello"),
          ("longer-than-said", b"3\r\nhello\r\n0\r\n\r\n"), ("bare-line-feed", b"5\nhello\n0\n\n"),
          ("prefix", b"0x5\r\nhello\r\n0\r\n\r\n"), ("space", b"5 5\r\nhello\r\n0\r\n\r\n"))

LENGTHS = [Fault(f"length-{name}", 7, "", sends(OK + lie + b"\r\n\r\nhello"))
           for name, lie in LIES]
LENGTHS += [Fault(f"chunk-{name}", 7, "", sends(CHUNKED + lie)) for name, lie in CHUNKS]
LENGTHS += [
    Fault("length-beyond-every-disk", 3, "file.part", sends(answer(b"x", length=1 << 60))),
    Fault("chunk-size-without-end", 7, "", floods(CHUNKED, b"0")),
    Fault("chunk-size-without-end-2", 7, "", floods(CHUNKED, b"1")),
    Fault("chunk-extension-without-end", 7, "", floods(CHUNKED + b"5;", b"x")),
    Fault("chunk-extensions-without-end", 7, "", floods(CHUNKED, b"1;xxxxxxxxxxxxxx=y\r\nz\r\n")),
    Fault("chunk-trailers-without-end", 7, "", floods(CHUNKED + b"0\r\n", b"X: y\r\n")),
    Fault("chunk-cut", 4, "closed", sends(CHUNKED + b"ff\r\nhello")),
    Fault("chunk-end-missing", 4, "closed", sends(CHUNKED + b"5\r\nhello\r\n")),
    Fault("chunk-end-cut", 4, "closed", sends(CHUNKED + b"5\r\nhello\r\n0\r\n")),
    Fault("body-of-tls-without-length", 4, "closed", strike=lambda peer: [
        peer.send(OK + b"\r\n" + peer.content[:1000]), peer.cut()][0], certificate="good"),
]


# ---- heads and statuses

HEADS = [
    Fault("head-line-without-end", 7, "", floods(OK + b"X: ", b"y")),
    Fault("head-name-without-end", 7, "", floods(OK, b"y")),
    Fault("head-without-end", 7, "", floods(OK, b"X: y\r\n")),
    Fault("head-status-without-end", 7, "", floods(b"HTTP/1.1 200 ", b"O")),
    Fault("head-empty-lines", 7, "", floods(b"", b"\r\n")),
    Fault("head-10000-fields", 7, "", sends(OK + b"X: y\r\n" * 10_000 + b"\r\n")),
    Fault("head-of-1MB", 7, "", sends(OK + b"X: " + b"y" * (1 << 20) + b"\r\n\r\n")),
    Fault("interim-1000", 7, "", sends(b"HTTP/1.1 100 Go\r\n\r\n" * 1000 + answer(b"hello"))),
    Fault("interim-1000-early-hints", 7, "", sends(
        b"HTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\n" * 1000 + answer(b"hello"))),
    Fault("interim-switch", 7, "", stays(b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\n"
                                         b"Connection: upgrade\r\n\r\n"), options=STALL),
    Fault("speaks-ssh", 7, "", sends(b"SSH-2.0-x\r\n")),
    Fault("speaks-tls", 7, "", sends(b"\x15\x03\x01\0\x02\x02\x28")),
    Fault("speaks-http-0.9", 7, "", sends(b"<html>hello</html>\n")),
    Fault("speaks-http-2", 7, "", sends(b"\0\0\x12\x04\0\0\0\0\0" + bytes(18))),
    Fault("speaks-http-9", 7, "", sends(b"HTTP/9.9 200 OK\r\n\r\n")),
    Fault("speaks-icy", 7, "", sends(b"ICY 200 OK\r\n\r\n")),
    Fault("status-of-6-digits", 7, "", sends(b"HTTP/1.1 999999 No\r\n\r\n")),
    Fault("status-000", 7, "", sends(b"HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n")),
    Fault("status-escapes", 7, "404", sends(
        b"HTTP/1.1 404 \x1b[2J\r\nContent-Length: 0\r\n\r\n")),
    Fault("status-bidirectional", 8, "404", sends(
        b"HTTP/1.1 404 \xe2\x80\xae\r\nContent-Length: 0\r\n\r\n")),
    Fault("status-204", 7, "204", sends(b"HTTP/1.1 204 Nothing\r\n\r\n")),
    Fault("status-205", 7, "205", sends(answer(status="205 Reset"))),
    Fault("status-300", 7, "300", sends(answer(b"choose", "300 Many"))),
    Fault("status-304-unasked", 7, "304", sends(b"HTTP/1.1 304 Same\r\n\r\n")),
    Fault("status-401", 6, "401", sends(answer(status="401 Who", WWW_Authenticate="Basic"))),
    Fault("status-407", 6, "407", sends(answer(status="407 Who"))),
    Fault("status-416-unasked", 8, "416", sends(answer(status="416 No"))),
    Fault("status-503", 8, "503", sends(answer(status="503 Busy", Retry_After="1"))),
    Fault("part-unasked", 7, "part", lambda peer: peer.send(answer(
        peer.content, "206 Part", Content_Range=f"bytes 0-599999/{len(peer.content)}"))),
    Fault("part-without-range", 7, "part", lambda peer: peer.send(
        answer(peer.content, "206 Part"))),
    Fault("parts-in-one", 7, "part", sends(answer(
        b"--x\r\n\r\n\r\n--x--", "206 Part", Content_Type="multipart/byteranges; boundary=x"))),
]


# ---- bodies and validators

def then(first, second):
    """The first answer, and the other one to all attempts after it."""
    return lambda peer: first(peer) if peer.number % 2 == 0 else second(peer)


def other_part(change):
    """After a cut: a part that is not what was asked for."""
    def strike(peer):
        if peer.number == 0:
            return cut(peer)
        asked = peer.asked_range(len(peer.content))
        if not asked:
            return good(peer)
        fields = change(asked[0], len(peer.content))
        return peer.send(answer(b"?" * 1000, "206 Part", **fields))
    return strike


def part_of(first, last, size, tag=TAG):
    return {"Content_Range": f"bytes {first}-{last}/{size}", "ETag": tag}


PART = ("file.part", "file.part.journal")
AGAIN = ("--retries", "2")

BODIES = [
    Fault("body-cut", 4, "closed", cut, rests=PART),
    Fault("body-cut-in-small", 4, "of 100 bytes", sends(answer(b"x" * 50, length=100))),
    Fault("body-cut-at-once", 4, "closed", sends(b"")),
    Fault("body-cut-in-head", 4, "closed|head", sends(OK + b"Content-")),
    Fault("body-reset", 4, "", lambda peer: [cut(peer), peer.reset()][0], rests=PART),
    Fault("body-cut-unvalidated", 4, "closed", lambda peer: peer.send(
        answer(peer.content[:400_000], length=len(peer.content)))),
    Fault("body-over-long", 0, strike=lambda peer: peer.send(
        answer(peer.content, ETag=TAG, Last_Modified=DATE) + b"more" * 50_000)),
    Fault("body-followed-by-an-answer", 0, strike=lambda peer: peer.send(
        answer(peer.content, Last_Modified=DATE) + answer(b"poison") * 100)),
    Fault("body-bomb", 7, "", sends(answer(gzip.compress(bytes(50 << 20)),
                                           Content_Encoding="gzip")), options=("--compressed",)),
    Fault("body-no-gzip", 7, "", sends(answer(b"hello", Content_Encoding="gzip")),
          options=("--compressed",)),
    Fault("body-gzip-cut", 7, "", sends(answer(gzip.compress(b"hello" * 1000)[:30],
                                               Content_Encoding="gzip")),
          options=("--compressed",)),
    Fault("body-coded-unknown", 7, "", sends(answer(b"hello", Content_Encoding="x")),
          options=("--compressed",)),
    Fault("validator-changes", 0, strike=then(lambda peer: cut(peer, '"old"'), good),
          options=AGAIN),
    Fault("validator-always-changes", 4, "", lambda peer: cut(peer, f'"{peer.number}"'),
          options=("--retries", "2"), rests=PART),
    Fault("validator-vanishes", 0, strike=then(cut, lambda peer: peer.send(
        answer(peer.content, Last_Modified=DATE))), options=AGAIN),
    Fault("validator-weak", 4, "", lambda peer: cut(peer, 'W/"e"')),
    Fault("validator-escapes", 7, "", lambda peer: cut(peer, '"\x1b[2J../../up"')),
    Fault("validator-names-a-path", 4, "", lambda peer: cut(peer, '"../../up"'), rests=PART),
    Fault("validator-of-10kB", 4, "", lambda peer: cut(peer, '"' + "e" * 10_000 + '"'),
          rests=PART),
    Fault("part-from-elsewhere", 0, options=AGAIN, strike=other_part(
        lambda first, size: part_of(first + 1, size - 1, size))),
    Fault("part-from-the-start", 0, options=AGAIN, strike=other_part(
        lambda first, size: part_of(0, size - 1, size))),
    Fault("part-too-short", 0, options=AGAIN, strike=other_part(
        lambda first, size: part_of(first, first + 999, size))),
    Fault("part-backwards", 0, options=AGAIN, strike=other_part(
        lambda first, size: part_of(size - 1, first, size))),
    Fault("part-of-another-size", 0, options=AGAIN, strike=other_part(
        lambda first, size: part_of(first, size, size + 1))),
    Fault("part-of-another-file", 0, options=AGAIN, strike=other_part(
        lambda first, size: part_of(first, size - 1, size, '"other"'))),
    Fault("part-range-overflows", 0, options=AGAIN, strike=other_part(
        lambda first, size: part_of(first, 1 << 64, 1 << 65))),
    Fault("part-range-nonsense", 0, options=AGAIN, strike=other_part(
        lambda first, size: {"Content_Range": "x", "ETag": TAG})),
]


# ---- stalls and drips, at each stage

STALLS = [
    Fault("stall-connect", 10, "--connect-timeout", options=BRIEF, deaf=True),
    Fault("stall-handshake", 10, "--connect-timeout", raw=lambda peer: peer.wait_until_gone(),
          options=BRIEF, certificate="good"),
    Fault("stall-in-handshake", 10, "--connect-timeout", raw=stays(b"\x16\x03\x03\0\x7a"),
          options=BRIEF, certificate="good"),
    Fault("drip-handshake", 10, "--connect-timeout", raw=drips(b"\x16\x03\x03\x3f\xff\x02\0\x3f",
                                                               b"\0"),
          options=BRIEF, certificate="good"),
    Fault("stall-head", 10, "--stall-timeout", stays(b""), options=STALL),
    Fault("stall-in-head", 10, "--stall-timeout", stays(b"HTTP/1.1 200"), options=STALL),
    Fault("drip-head", 10, "--max-time", drips(OK + b"X: ", b"y"), options=TOTAL),
    Fault("stall-body", 10, "--stall-timeout", stays(answer(length=100)), options=STALL),
    Fault("stall-in-body", 10, "--stall-timeout", cut_and_stay, options=STALL, rests=PART),
    Fault("stall-in-body-of-tls", 10, "--stall-timeout", cut_and_stay,
          options=STALL, rests=PART, certificate="good"),
    Fault("drip-body", 10, "--max-time", drips(answer(length=600_000, ETag=TAG), b"y"),
          options=TOTAL),
    Fault("stall-in-chunk", 10, "--stall-timeout", stays(CHUNKED + b"5\r\nhe"), options=STALL),
    Fault("stall-before-last-chunk", 10, "--stall-timeout", stays(CHUNKED + b"5\r\nhello\r\n"),
          options=STALL),
    Fault("drip-chunks", 10, "--max-time", drips(CHUNKED, b"1\r\nx\r\n"), options=TOTAL),
    Fault("drip-interim", 10, "--max-time", drips(b"", b"HTTP/1.1 102 Wait\r\n\r\n"),
          options=("--max-time", "300ms")),
]


# ---- certificates

def cuts_handshake(peer):
    peer.connection.recv(1)
    peer.reset()


def speaks_http(peer):
    peer.connection.recv(65536)
    peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    peer.wait_until_gone()


CERTIFICATES = [
    Fault("certificate-expired", 5, "expired", certificate="old"),
    Fault("certificate-self-signed", 5, "--cacert", certificate="self-signed"),
    Fault("certificate-of-a-stranger", 5, "--cacert", certificate="stranger"),
    Fault("certificate-for-another-host", 5, "127.0.0.1", certificate="elsewhere"),
    Fault("certificate-tls-1.1-only", 5, "(?i)version", certificate="tls1.1"),
    Fault("handshake-reset", 4, "reset|closed", raw=cuts_handshake, certificate="good"),
    Fault("handshake-in-plain-text", 5, "http", raw=speaks_http, certificate="good"),
]

FAULTS = NAMES + REDIRECTS + LENGTHS + HEADS + BODIES + STALLS + CERTIFICATES
assert len({fault.name for fault in FAULTS}) == len(FAULTS)
