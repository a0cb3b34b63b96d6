#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the first bytes of captured connections say: HTTP, TLS as OpenSSL speaks it, other
protocols; cut, out of order, forged. tshark's dissection is the witness of TLS's times."""
import os
import random
import ssl
import subprocess
import tempfile

from capture_lib import main, read, require, same, test, tmp
from capture_make import MS, Ends, conversation, ethernet, pcap
from tls_talk import Certificate, contexts, talk_tls

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
MTU = 1000


class Talk:
    """The frames of a connection in which both ends say something, one after the other."""

    def __init__(self, talk, sport=443, mtu=MTU, order=None):
        self.ends = e = Ends(sport=sport)
        self.at = [1, 1]
        ips = [e.up(0, None, "S"), e.down(0, 1, "SA"), e.up(1, 1, "A")]
        for who, data in talk:
            pieces = [self.piece(who, data[i:i + mtu]) for i in range(0, len(data), mtu)]
            ips += order(who, pieces) if order else pieces
        up, down = self.at
        ips += [e.up(up, down, "FA"), e.down(down, up + 1, "FA"),
                e.up(up + 1, down + 1, "A")]
        self.frames = [ethernet()(ip) for ip in ips]

    def piece(self, who, data):
        up, down = self.at
        self.at[who] += len(data)
        return self.ends.down(down, up, "PA", data) if who else \
            self.ends.up(up, down, "PA", data)

    def shown(self, *options, **more):
        conn, = read(pcap(self.frames, **more), *options).conns
        return conn


def says(conn, **wanted):
    for name, value in wanted.items():
        same(conn[name], value, name)


def openssl(version, ask=False, change=None, again=False, **more):
    """A conversation of real ends; CHANGE is told of both contexts first."""
    with tempfile.TemporaryDirectory() as folder:
        client, server = contexts(Certificate(folder), version, ask)
        if change:
            change(client, server)
        talk, end = talk_tls(client, server, **more)
        if again:
            talk, end = talk_tls(client, server, session=end.session, **more)
    return talk


HTTP = [(0, b"GET /secret HTTP/1.1\r\nHost: a\r\n\r\n"),
        (1, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")]


@test
def http():
    conn = Talk(HTTP, sport=8123).shown()
    says(conn, protocol="http1", method="GET", status=404, first_by="client",
         first_request_ns=MS, first_response_ns=MS, tls_version=None, tls_flights=[])
    assert "secret" not in str(conn), "a path"


@test
def server_speaks_first():
    for greeting, answer, protocol in (
            (b"SSH-2.0-OpenSSH_9.2\r\n", b"SSH-2.0-client\r\n", "ssh"),
            (b"220 mail ESMTP\r\n", b"EHLO me\r\n", "smtp"),
            (b"220 Welcome to this server\r\n", b"USER anonymous\r\n", "ftp"),
            (b"+OK ready\r\n", b"USER me\r\n", "unknown")):
        conn = Talk([(1, greeting), (0, answer)], sport=9000).shown()
        says(conn, protocol=protocol, first_by="server", first_response_ns=MS,
             first_request_ns=MS, method=None, status=None)


@test
def nothing_said():
    says(Talk([]).shown(), protocol=None, first_by=None, first_request_ns=None,
         first_response_ns=None, tls_handshake_ns=None)


@test
def only_the_client_says_something():
    says(Talk(HTTP[:1]).shown(), protocol="http1", method="GET", status=None,
         first_request_ns=MS, first_response_ns=None)


@test
def tls_of_both_versions():
    for version, name in ((V12, "1.2"), (V13, "1.3")):
        conn = Talk(openssl(version)).shown()
        says(conn, protocol="tls", tls_version=name, tls_resumed=False, tls_retry=False,
             tls_client_cert=False, tls_alert=None, tls_alert_by=None, sni=None, alpn=None)
        same([flight["flight"] for flight in conn["tls_flights"]],
             ["client-hello", "server-hello", "finished", "request", "response"], "flights")
        times = [flight["t_ns"] for flight in conn["tls_flights"]]
        same(times, sorted(times), "their order")
        same(conn["tls_handshake_ns"], times[2] - times[0], "the handshake")
        same(conn["tls_response_ns"], times[4] - times[3], "the response")


@test
def tls_resumed():
    for version in (V12, V13):
        says(Talk(openssl(version, again=True)).shown(), tls_resumed=True)


@test
def tls_with_a_certificate_of_the_client():
    for version in (V12, V13):
        says(Talk(openssl(version, ask=True)).shown(), tls_client_cert=True)


@test
def tls_asked_again():
    says(Talk(openssl(V13, change=lambda _, server: server.set_ecdh_curve("secp384r1")))
         .shown(), tls_retry=True, tls_version="1.3")


def careful(client, _):
    client.check_hostname, client.verify_mode = True, ssl.CERT_REQUIRED


@test
def tls_a_certificate_that_nobody_knows():
    for version in (V12, V13):
        says(Talk(openssl(version, change=careful)).shown(), tls_alert=48,
             tls_alert_name="unknown_ca", tls_alert_by="client", tls_handshake_ns=None)


@test
def names_only_if_they_are_asked_for():
    talk = Talk(openssl(V13, name="www.server.example"))
    says(talk.shown(), sni=None, alpn=None)
    says(talk.shown("--sni"), sni="www.server.example", alpn="http/1.1")


@test
def however_it_is_cut():
    talk = openssl(V12)
    whole = Talk(talk, mtu=60000).shown()
    for mtu in (1, 2, 5, 77):
        conn = Talk(talk, mtu=mtu).shown()
        for name in ("tls_version", "tls_resumed", "tls_client_cert", "tls_alert"):
            same(conn[name], whole[name], f"{name}, {mtu} bytes each")
        same(len(conn["tls_flights"]), 5, f"flights, {mtu} bytes each")


@test
def pieces_that_come_twice_or_out_of_order():
    talk = openssl(V12)

    def twice(_, pieces):
        return [piece for piece in pieces for _ in range(2)]

    def swapped(who, pieces):
        # Both inside of the certificate.
        return pieces[:2] + pieces[3:1:-1] + pieces[4:] if who else pieces

    for order in (twice, swapped):
        says(Talk(talk, mtu=150, order=order).shown(), tls_version="1.2",
             tls_resumed=False, protocol="tls")


@test
def a_capture_that_keeps_headers_only():
    conn = Talk(openssl(V13)).shown(cut=66)
    says(conn, first_request_ns=MS, tls_version=None, tls_handshake_ns=None)
    assert conn["protocol"] in (None, "tls"), conn["protocol"]
    says(Talk(HTTP).shown(cut=54), protocol=None, first_request_ns=MS, first_response_ns=MS)


@test
def a_capture_that_begins_or_ends_in_between():
    frames = Talk(openssl(V13)).frames
    for part in (frames[4:], frames[5:], frames[:5], frames[3:6]):
        for conn in read(pcap(part)).conns:
            same(conn["tls_handshake_ns"], None, "handshake")
    conn, = read(pcap(frames[4:])).conns
    says(conn, protocol=None, first_request_ns=None)


@test
def lengths_that_lie():
    dice = random.Random(5)
    talk = openssl(V12) + openssl(V13)
    for _ in range(60):
        broken = [(who, bytearray(data)) for who, data in talk]
        for _ in range(dice.randrange(1, 9)):
            data = dice.choice(broken)[1]
            data[dice.randrange(min(len(data), 300))] = dice.choice((0, 1, 255))
        Talk([(who, bytes(data)) for who, data in broken], mtu=400).shown("--sni")


def ftp_frames(talk, *data):
    """FTP's control connection, in which others begin and end."""
    control = Talk([(1, b"220 (vsFTPd 3.0.3)\r\n"), (0, b"USER a\r\n"), *talk], sport=21)
    frames = control.frames[:-3]
    for ends in data:
        frames += [ethernet()(ip) for ip in conversation(ends)]
    return frames + control.frames[-3:]


def ftp_data(talk, *data):
    """Of connections with data, whether the control connection is said to have announced them."""
    conns = read(pcap(ftp_frames(talk, *data))).conns
    owner = {c["id"]: n for n, c in enumerate(conns) if c["server_port"] == 21}
    same(len(owner), 1, "control connections")
    return [c["ftp_control"] is not None and c["ftp_control"] in owner
            for c in conns if c["server_port"] != 21]


PASSIVE = Ends(cport=40001, sport=40000)
ACTIVE = Ends("10.0.0.2", 20, "10.0.0.1", 40000)


@test
def ftp_announces_its_data():
    for talk, ends in (
            ([(0, b"PASV\r\n"), (1, b"227 Entering (10,0,0,2,156,64).\r\n")], PASSIVE),
            ([(0, b"PASV\r\n"), (1, b"227 Behind NAT (192,0,2,9,156,64)\r\n")], PASSIVE),
            ([(0, b"EPSV\r\n"), (1, b"229 Entering (|||40000|)\r\n")], PASSIVE),
            ([(0, b"PORT 10,0,0,1,156,64\r\n")], ACTIVE),
            ([(0, b"NOOP\r\nEPRT |1|10.0.0.1|40000|\r\n")], ACTIVE)):
        same(ftp_data(talk, ends), [True], str(talk))
        # One announcement is for one connection, to one port.
        again = Ends(ends.client, 41000, ends.server, ends.sport)
        same(ftp_data(talk, ends, again), [True, False], "once")
        same(ftp_data(talk, Ends(ends.client, 41000, ends.server, 40009)), [False], "a port")
        # Its line may be cut anywhere, also between all bytes.
        *before, (who, line) = talk
        for cut in range(1, len(line), 5):
            same(ftp_data([*before, (who, line[:cut]), (who, line[cut:])], ends), [True],
                 f"{line}, cut at {cut}")
        same(ftp_data([*before, *((who, bytes([byte])) for byte in line)], ends), [True],
             f"{line}, in bytes")


@test
def ftp_as_a_filter():
    file = pcap(ftp_frames([(1, b"227 Entering (10,0,0,2,156,64).\r\n")], PASSIVE, ACTIVE))
    control, = (c["id"] for c in read(file).conns if c["server_port"] == 21)
    for word, ports in ((str(control), [40000]), ("any", [40000]), ("!any", [21, 40000]),
                        ("none", [21, 40000]), (f"99999,{control}", [40000]),
                        (f"!{control}", [21, 40000]), ("99999", [])):
        same(sorted(c["server_port"] for c in read(file, "--ftp-control", word).conns), ports,
             f"--ftp-control {word}")


@test
def ftp_that_is_none():
    for line in (b"227 (10,0,0,2,156)", b"227 (10,0,0,2,256,64)", b"227 (", b"229 (", b"229 (||",
                 b"229 (|||99999|)", b"229 ", b"227 ", b"\n\n\n", b"229 (\0\0\0" * 30,
                 b"229 (|9|" + b"1" * 90 + b"|40000|)"):
        same(ftp_data([(1, line + b"\r\n")], PASSIVE), [False], str(line))
    for line in b"PORT 1,2,3", b"EPRT |1|10.0.0.1", b"EPRT |2|fd00::|40000", b"EPRT ", b"PORT":
        same(ftp_data([(0, line + b"\r\n")], ACTIVE), [False], str(line))
    # The end of a longer line, or of one without end, is none.
    for before in b"NOOP ", b"x" * 300:
        same(ftp_data([(0, before), (0, b"PORT 10,0,0,1,156,64\r\n")], ACTIVE), [False],
             str(before))
    # It is the server that answers, and the client that commands.
    same(ftp_data([(0, b"227 (10,0,0,2,156,64)\r\n")], PASSIVE), [False], "of the client")
    same(ftp_data([(1, b"PORT 10,0,0,1,156,64\r\n")], ACTIVE), [False], "of the server")


def dissected(path):
    """What tshark says: when each kind of handshake message came, and application data."""
    out = subprocess.run(["tshark", "-r", path, "-T", "fields", "-e", "frame.time_epoch", "-e",
                          "tcp.srcport", "-e", "tls.handshake.type", "-e",
                          "tls.record.content_type", "-e", "tls.record.opaque_type"],
                         capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in out.splitlines()]
    return [(round(float(time) * 1e6), int(port), kinds.split(","),
             plain.split(",") + sealed.split(","))
            for time, port, kinds, plain, sealed in rows]


@test
def as_tshark_dissects_it():
    require("tshark")
    for version in (V12, V13):
        talk = Talk(openssl(version), mtu=60000)
        conn = talk.shown()
        rows = dissected(os.path.join(tmp, "capture"))
        start = rows[0][0]
        flights = {flight["flight"]: flight["t_ns"] // 1000 for flight in conn["tls_flights"]}
        for flight, kind in (("client-hello", "1"), ("server-hello", "2")):
            when = [time - start for time, _, kinds, _ in rows if kind in kinds]
            same(flights[flight], when[0], flight)
        # The last flight of either end with application data in it.
        for flight, mine in (("request", False), ("response", True)):
            when = [time - start for time, port, _, types in rows
                    if "23" in types and (port == 443) == mine]
            same(flights[flight], when[-1], flight)


main()
