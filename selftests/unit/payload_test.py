#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What module/core/payload.c learns of real handshakes of OpenSSL, and of plain text.

In: payload_dump, named by the first argument. Out: TAP. Each conversation is fed whole,
cut into pieces of several sizes down to single bytes, and with pieces that come again.
"""
import json
import os
import random
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))

from tls_talk import Certificate, contexts, talk_tls  # noqa: E402

DUMP = sys.argv[1]
NONE, UNKNOWN, HTTP1, HTTP2, TLS, SSH, SMTP, FTP = range(8)
GAP, SERVER_FIRST, GREETED = 1, 2, 8
HELLOS, RESUMED, RETRY, ALERT, ALERT_SERVER, CERT_KNOWN, CERT_ASKED = (1 << i for i in range(7))


def learn(talk, size=0, again=False, order=None):
    """TALK: [(from, bytes)]. Each entry passes at a time of its own: 1, 2, 3 ..."""
    next_seq, lines = [0, 0], []
    for now, (who, data) in enumerate(talk, 1):
        step = size or max(len(data), 1)
        for i in range(0, len(data), step):
            piece = data[i:i + step]
            line = "%d %d %d %s" % (who, next_seq[who], now, piece.hex())
            lines += [line] * (2 if again else 1)
            next_seq[who] += len(piece)
    if order:
        lines = order(lines)
    out = subprocess.run([DUMP], input="".join(line + "\n" for line in lines), text=True,
                         stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)


class Test:
    def __init__(self):
        self.nr = self.failed = 0

    def same(self, name, got, want):
        self.nr += 1
        wrong = {k: (got.get(k), v) for k, v in want.items() if got.get(k) != v}
        self.failed += bool(wrong)
        print("%s %d %s" % ("not ok" if wrong else "ok", self.nr, name))
        for key, (is_, should) in wrong.items():
            print("# %s is %r, not %r" % (key, is_, should))

    def cut(self, name, talk, want):
        """However it is cut, the same is learnt."""
        for size, again in ((0, False), (1, False), (3, True), (7, False), (100, True)):
            self.same("%s, in pieces of %s%s" % (name, size or "their own size",
                                                 ", each twice" if again else ""),
                      learn(talk, size, again), want)


def plain(test):
    cases = {
        "GET": ([(0, b"GET /a HTTP/1.1\r\n\r\n"), (1, b"HTTP/1.1 404 Not Found\r\n\r\n")],
                {"app": HTTP1, "method": 1, "status": 404, "first_client": 1,
                 "first_server": 2, "done": 1, "said": [HTTP1, 1, 404, 0, 0, 0],
                 "said_request": 0, "said_response": 1, "said_secured": None,
                 "said_server_first": 0, "tells_tls": 0}),
        "PATCH": ([(0, b"PATCH / HTTP/1.1\r\n\r\n"), (1, b"HTTP/1.0 200 OK\r\n")],
                  {"app": HTTP1, "method": 9, "status": 200}),
        "no method": ([(0, b"GETTY / HTTP/1.1\r\n\r\n"), (1, b"what?" * 6)],
                      {"app": UNKNOWN, "method": 0, "status": 0}),
        "a status that is none": ([(0, b"GET / HTTP/1.1\r\n"), (1, b"HTTP/1.1 2x0 OK\r\n")],
                                  {"app": HTTP1, "status": 0}),
        "HTTP/2": ([(0, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), (1, b"\0\0\0\4\0\0\0\0\0")],
                   {"app": HTTP2}),
        "SSH": ([(1, b"SSH-2.0-OpenSSH_9.2\r\n"), (0, b"SSH-2.0-client\r\n")],
                {"app": SSH, "flags": SERVER_FIRST, "first_server": 1, "first_client": 2,
                 "said_server_first": 1, "said_response": 0, "said_request": 1}),
        "SMTP": ([(1, b"220 mail.example ESMTP\r\n"), (0, b"EHLO client.example\r\n")],
                 {"app": SMTP, "flags": SERVER_FIRST | GREETED}),
        "SMTP, a short greeting": ([(1, b"220 hello\r\n"), (0, b"EHLO client.example\r\n")],
                                   {"app": SMTP}),
        "FTP": ([(1, b"220 (vsFTPd 3.0.3)\r\n"), (0, b"USER anonymous\r\n")],
                {"app": FTP, "flags": SERVER_FIRST | GREETED}),
        "few bytes each way": ([(0, b"PING\r\n"), (1, b"+PONG\r\n")], {"app": UNKNOWN, "done": 1}),
        "POP, which has users": ([(1, b"+OK ready\r\n"), (0, b"USER me\r\n")], {"app": UNKNOWN}),
        "binary": ([(0, bytes(range(64))), (1, bytes(range(64)))], {"app": UNKNOWN, "done": 1}),
    }
    for name, (talk, want) in cases.items():
        test.cut(name, talk, want)
    test.same("nothing", learn([]), {"app": NONE, "done": 0, "said_request": None,
                                     "said_response": None, "tls_hello": None})
    test.same("a piece is missing",
              learn([(0, b"GET / HTTP/1.1\r\n"), (1, b"HTTP/1.1 200 OK\r\n")], 4,
                    order=lambda lines: lines[:5] + lines[6:]),
              {"app": HTTP1, "status": 0, "first_server": 2, "done": 0})
    test.same("a piece comes late, and what followed it had passed",
              learn([(0, b"GET / HTTP/1.1\r\n"), (1, b"HTTP/1.1 200 OK\r\n")], 4,
                    order=lambda lines: lines[:5] + [lines[6], lines[5]] + lines[7:]),
              {"app": HTTP1, "status": 0, "flags": GAP, "done": 1})


def swapped(lines):
    """The third and the fourth piece of the server the other way round."""
    third, fourth = [i for i, line in enumerate(lines) if line[0] == "1"][2:4]
    lines[third], lines[fourth] = lines[fourth], lines[third]
    return lines


def tls(test, folder):
    cert = Certificate(folder)
    for version, number, name in ((ssl.TLSVersion.TLSv1_2, 0x303, "1.2"),
                                  (ssl.TLSVersion.TLSv1_3, 0x304, "1.3")):
        client, server = contexts(cert, version)
        talk, end = talk_tls(client, server)
        # Its last flight but two are request and response.
        want = {"app": TLS, "version": number, "flags": 0, "alert": 0, "hello": 1,
                "tls": HELLOS | CERT_KNOWN, "server_hello": 2,
                "app_client": len(talk) - 1, "app_server": len(talk), "done": 1,
                "sni": "server.example", "alpn": "http/1.1", "first_client": 1,
                "first_server": 2, "secured": 4 if version == ssl.TLSVersion.TLSv1_2 else 3,
                "said": [TLS, 0, 0, number, HELLOS | CERT_KNOWN, 0], "tells_tls": 1,
                "said_secured": 3 if version == ssl.TLSVersion.TLSv1_2 else 2,
                "tls_hello": 0, "tls_server_hello": 1,
                "tls_secured": 3 if version == ssl.TLSVersion.TLSv1_2 else 2,
                "tls_request": len(talk) - 2, "tls_response": len(talk) - 1,
                "tls_sni": "server.example", "tls_alpn": "http/1.1"}
        test.cut("TLS " + name, talk, want)
        if number == 0x303:
            test.same("TLS 1.2, pieces of the certificate out of order",
                      learn(talk, 100, order=swapped), want)
        talk, _ = talk_tls(client, server, session=end.session)
        want = {"version": number, "tls": HELLOS | CERT_KNOWN | RESUMED, "secured": 3, "hello": 1,
                "app_client": len(talk) - 1, "app_server": len(talk)}
        test.cut("TLS %s, resumed" % name, talk, want)
        client, server = contexts(cert, version, ask=True)
        talk, _ = talk_tls(client, server)
        test.cut("TLS %s, with a client's certificate" % name, talk,
                 {"version": number, "tls": HELLOS | CERT_KNOWN | CERT_ASKED,
                  "app_client": len(talk) - 1,
                  "app_server": len(talk)})
        client, server = contexts(cert, version)
        client.check_hostname, client.verify_mode = True, ssl.CERT_REQUIRED
        talk, _ = talk_tls(client, server)
        test.cut("TLS %s, a certificate that nobody knows" % name, talk,
                 {"alert": 48, "tls": HELLOS | ALERT |
                  (CERT_KNOWN if version == ssl.TLSVersion.TLSv1_2 else 0)})
    client, server = contexts(cert, ssl.TLSVersion.TLSv1_3)
    server.set_ecdh_curve("secp384r1")
    talk, _ = talk_tls(client, server)
    test.cut("TLS 1.3, asked again for a ClientHello", talk,
             {"tls": HELLOS | CERT_KNOWN | RETRY, "version": 0x304, "hello": 1,
              "app_client": len(talk) - 1, "app_server": len(talk)})
    client, server = contexts(cert, ssl.TLSVersion.TLSv1_2)
    server.minimum_version = server.maximum_version = ssl.TLSVersion.TLSv1_3
    talk, _ = talk_tls(client, server)
    test.cut("versions that do not meet", talk,
             {"tls": ALERT | ALERT_SERVER, "alert": 70, "secured": 0})


def hostile(test, folder):
    """Bytes that were changed, lengths that lie: whatever comes out, it comes to an end."""
    client, server = contexts(Certificate(folder, "other.example"), ssl.TLSVersion.TLSv1_3)
    talk, _ = talk_tls(client, server)
    dice = random.Random(1)
    for _ in range(200):
        broken = [(who, bytearray(data)) for who, data in talk]
        for _ in range(dice.randrange(1, 12)):
            data = dice.choice(broken)[1]
            data[dice.randrange(min(len(data), 400))] = dice.choice((0, 1, 255, dice.randrange(256)))
        learn([(who, bytes(data)) for who, data in broken], dice.choice((0, 1, 5)))
    test.same("200 conversations with bytes changed", {}, {})


def main():
    print("TAP version 13")
    test = Test()
    plain(test)
    with tempfile.TemporaryDirectory() as folder:
        tls(test, folder)
        hostile(test, folder)
    print("1..%d" % test.nr)
    return test.failed > 0


sys.exit(main())
