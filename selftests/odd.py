#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Odd segments: each is counted under its name, and passes unchanged.

	near ---- [ near  10.1.0.1, fd01::1    host    far  10.2.0.1, fd02::1 ] ---- far
	10.1.0.2, fd01::2                                        10.2.0.2, fd02::2

near and far are TUN devices, and we are at both ends: what goes into one and is
forwarded must come out of the other the same, but for one hop less. What is
for the host itself is not answered by us.
"""
import json
import os
import random
import socket
import struct
import subprocess
import time

import tap
from tun import (DEST, FRAGMENT, HOP, IFF_NAPI, IFF_NAPI_FRAGS, IFF_TAP, Device,
                 checksum_tcp, extension, fragment, hop_later, icmp_error, ip,
                 ipv4, ipv6, packet, routing, tcp)

# source, destination beyond the host, the host
FOUR = ("10.1.0.2", "10.2.0.2", "10.1.0.1")
SIX = ("fd01::2", "fd02::2", "fd01::1")
SYNFIN = os.environ.get("SYNFIN") or tap.find_above("tools/synfin")
ENDS = {}
SYNFIN = os.environ.get("SYNFIN") or tap.find_above("tools/synfin")
PORTS = iter(range(1025, 65536))


def sysctl(name, value):
    with open("/proc/sys/" + name, "w", encoding="ascii") as file:
        file.write(str(value))


def set_up():
    subprocess.run(["modprobe", "-q", "tun"], check=False)
    if not os.path.exists("/dev/net/tun"):
        raise tap.Skipped("no TUN devices")
    sysctl("net/ipv4/ip_forward", 1)
    sysctl("net/ipv6/conf/all/forwarding", 1)
    ENDS["near"] = Device("near", ["10.1.0.1/24", "fd01::1/64"])
    ENDS["far"] = Device("far", ["10.2.0.1/24", "fd02::1/64"])
    # Router advertisements and such are none of ours.
    tap.load_module("unanswered_timeout=3600", "linger_timeout=3600")


def fresh():
    return next(PORTS)


def pass_on(sent, way=("near", "far")):
    """One packet through the host."""
    ENDS[way[0]].send(sent)
    want = hop_later(sent)
    got = ENDS[way[1]].receive(lambda s: s.data[-8:] == want[-8:], 20)
    if not got:
        raise tap.Wrong(f"was not passed on: {sent.hex()}")
    if got.data != want:
        raise tap.Wrong(f"changed: {want.hex()} to {got.data.hex()}")


def counts(packets, want, way=("near", "far")):
    """The packets pass, and are counted so."""
    before = tap.stats()
    for one in packets:
        pass_on(one, way)
    expect(before, want)


def expect(before, want):
    want = dict(want)
    want["segments"] = sum(want.values())
    if not want["segments"]:
        want = {}
    tap.equal(tap.difference(before, tap.stats()), want, "counted")


def keeps(packets, want):
    """The same for what is addressed to the host, and not answered."""
    before = tap.stats()
    for one in packets:
        ENDS["near"].send(one)
    expect(before, want)


def both(make):
    """make(source, destination) for each family, a list of all"""
    return [one for ends in (FOUR, SIX) for one in make(*ends[:2])]


def wrap(src, dst, payload):
    return (ipv6 if ":" in src else ipv4)(src, dst, payload)


def truncated():
    whole = tcp(fresh(), 80, flags="S")
    counts(both(lambda s, d: [wrap(s, d, whole[:n])
                              for n in (0, 1, 8, 13, 14, 19)]), {"short": 12})
    keeps([wrap(ends[0], ends[2], whole[:n]) for ends in (FOUR, SIX)
           for n in (0, 12, 19)], {"short": 6})


def data_offset():
    counts(both(lambda s, d: [packet(s, d, tcp(fresh(), 80, offset=n))
                              for n in (0, 1, 4, 6, 15)]), {"bad_offset": 10})
    counts(both(lambda s, d: [packet(s, d, tcp(fresh(), 80, offset=15,
                                               payload=b"x" * 39))]),
           {"bad_offset": 2})


def offset_to_the_last_byte():
    counts(both(lambda s, d: [packet(s, d, tcp(fresh(), 80, offset=15,
                                               payload=b"\1" * 40))]),
           {"recorded": 2})


def odd_flags():
    odd = ("", "SF", "SR", "SFA", "SRA", "SFR", "FSRPAU", "P", "U", "PU")
    counts(both(lambda s, d: [packet(s, d, tcp(fresh(), 80, flags=flags))
                              for flags in odd]), {"bad_flags": 20})


def bad_checksum():
    def make(src, dst):
        for flags in "S", "SA", "FA", "R":
            good = checksum_tcp(src, dst, tcp(fresh(), 80, flags=flags))
            yield wrap(src, dst, good[:16] + bytes([good[16] ^ 1]) + good[17:])
    counts(both(lambda s, d: list(make(s, d))), {"bad_checksum": 8})
    keeps([one for ends in (FOUR, SIX) for one in make(ends[0], ends[2])],
          {"bad_checksum": 8})


def phases_of(ports):
    """What the reader says of connections from these ports."""
    out = subprocess.run([SYNFIN, "phases", "--json", "--no-follow", "-q", "--client",
                          ",".join(f":{port}" for port in ports)],
                         capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def told_of_checksums():
    """The host drops it, and says why, of what and where: no hook of ours has seen it."""
    ports = {}
    for ends in FOUR, SIX:
        ports[fresh()] = ends
    for port, ends in ports.items():
        good = checksum_tcp(ends[0], ends[2], tcp(port, 80, flags="S"))
        ENDS["near"].send(wrap(ends[0], ends[2], good[:16] + bytes([good[16] ^ 1]) + good[17:]))
    for _ in range(100):
        got = [p for p in phases_of(ports) if p["phase"] == "drop"]
        if len(got) == 2:
            break
        time.sleep(0.1)
    tap.equal(sorted((p["client_port"], p["drop_reason"], p["drop_hook"]) for p in got),
              [(port, "checksum", None) for port in sorted(ports)], "drops")


def plain_acks():
    """Of no interest, however odd: they leave on the fast path."""
    counts(both(lambda s, d: [packet(s, d, tcp(fresh(), 80, flags="A",
                                               payload=b"x" * 100))]), {})


def options():
    def make(src, dst):
        return [packet(src, dst, tcp(fresh(), 80, options=b"\1" * n))
                for n in (4, 20, 40)]
    counts(both(make), {"recorded": 6})
    counts([packet(*FOUR[:2], tcp(fresh(), 80), options=b"\1" * n)
            for n in (4, 40)], {"recorded": 2})


def data_in_syn():
    counts(both(lambda s, d: [packet(s, d, tcp(fresh(), 80,
                                               payload=b"x" * 500))]),
           {"recorded": 2})


def fragments_four():
    segment = checksum_tcp(*FOUR[:2], tcp(fresh(), 80, payload=b"y" * 60))
    counts([ipv4(*FOUR[:2], segment[:24], frag=0x2000),
            ipv4(*FOUR[:2], segment[24:48], frag=0x2000 | 3),
            ipv4(*FOUR[:2], segment[48:], frag=6)], {"fragment": 3})
    counts([ipv4(*FOUR[:2], segment[:8], frag=0x2000)], {"fragment": 1})


def fragments_six():
    segment = checksum_tcp(*SIX[:2], tcp(fresh(), 80, payload=b"y" * 60))
    before = tap.stats()
    for at, more in ((0, True), (24, True), (48, False)):
        pass_on(ipv6(*SIX[:2], segment[at:at + 24] if more else segment[at:],
                     extensions=[fragment(at, more)]))
    # The later ones do not say what they are.
    got = tap.difference(before, tap.stats())
    if got.get("fragment") not in (1, 3) or \
            got["fragment"] != got["segments"] or len(got) != 2:
        raise tap.Wrong(f"counted: {got}")


def atomic_fragment():
    counts([packet(*SIX[:2], tcp(fresh(), 80), extensions=[fragment()])],
           {"recorded": 1})


CHAINS = (
    [extension(HOP)],
    [extension(DEST)],
    [routing()],
    [extension(DEST, b"\1\x0c" + b"\0" * 12)],
    [extension(HOP), extension(DEST), routing(), fragment(), extension(DEST)],
)


def extension_headers():
    for chain in CHAINS:
        counts([packet(*SIX[:2], tcp(fresh(), 80), extensions=chain)],
               {"recorded": 1})
        counts([packet(*SIX[:2], tcp(fresh(), 80, flags="SF"),
                       extensions=chain)], {"bad_flags": 1})
        segment = tcp(fresh(), 80)
        counts([ipv6(*SIX[:2], segment[:19], extensions=chain)], {"short": 1})


def endless_extension():
    """Says that it is longer than the packet: what follows, nobody knows."""
    long = (DEST, bytes([200]) + b"\1\4\0\0\0\0")
    counts([ipv6(*SIX[:2], tcp(fresh(), 80), extensions=[long])], {})
    cut = ipv6(*SIX[:2], b"", protocol=DEST)
    counts([cut], {})


def whole_connection(ends, port=None, **more):
    """Handshake and close in four; the way back in plain packets. Returns its port."""
    client, server = ends[:2]
    port, x, y = port or fresh(), 5000, 90000
    there, back = ("near", "far"), ("far", "near")

    def send(way, src, dst, *arguments, **fields):
        pass_on(packet(src, dst, tcp(*arguments, **fields),
                       **(more if way == there else {})), way)

    before = tap.stats()
    send(there, client, server, port, 80, seq=x, flags="S")
    send(back, server, client, 80, port, seq=y, ack=x + 1, flags="SA")
    send(there, client, server, port, 80, seq=x + 1, ack=y + 1, flags="A")
    send(there, client, server, port, 80, seq=x + 1, ack=y + 1, flags="FA")
    send(back, server, client, 80, port, seq=y + 1, ack=x + 2, flags="A")
    send(back, server, client, 80, port, seq=y + 1, ack=x + 2, flags="FA")
    send(there, client, server, port, 80, seq=x + 2, ack=y + 2, flags="A")
    expect(before, {"recorded": 7})
    after = tap.stats()
    tap.equal(after["conns"] - before["conns"], 1, "connections")
    tap.equal(after["open_established"] - before["open_established"], 1,
              "established")
    tap.equal(after["close_four_way"] - before["close_four_way"], 1, "four-way")
    return port


def forwarded_connections():
    whole_connection(FOUR)
    whole_connection(SIX)
    whole_connection(FOUR, options=b"\1" * 8)
    for chain in CHAINS:
        whole_connection(SIX, extensions=chain)


def same_ports():
    """What is over with one connection is not over with another that has its ports."""
    for ends, other in ((FOUR, "10.1.0.3"), (SIX, "fd01::3")):
        client, server = ends[:2]
        port = fresh()
        counts([packet(client, server, tcp(port, 80, seq=1, flags="S"))], {"recorded": 1})
        counts([packet(server, client, tcp(80, port, seq=9, ack=2, flags="SA"))],
               {"recorded": 1}, ("far", "near"))
        whole_connection((other, server), port)
        counts([packet(client, server, tcp(port, 80, seq=2, ack=10, flags="A"))],
               {"recorded": 1})


def reset_connection(ends):
    """Nothing proves the RST but that nothing follows. Returns its port."""
    client, server = ends[:2]
    port = fresh()
    counts([packet(client, server, tcp(port, 80, seq=5000, flags="S"))], {"recorded": 1})
    counts([packet(server, client, tcp(80, port, seq=90001, ack=5001, flags="SA"))],
           {"recorded": 1}, ("far", "near"))
    counts([packet(client, server, tcp(port, 80, seq=5001, ack=90002, flags="A")),
            packet(client, server, tcp(port, 80, seq=5001, ack=90002, flags="RA"))],
           {"recorded": 2})
    return port


def long_after_the_end():
    """Its connection has left the table; what may still be sent again begins nothing."""
    linger = "/sys/module/synfin/parameters/linger_timeout"
    before = tap.stats()["close_reset"]
    ports = [(ends, connection(ends)) for ends in (FOUR, SIX)
             for connection in (whole_connection, reset_connection)]
    with open(linger, "w", encoding="ascii") as file:
        file.write("1")
    until = time.monotonic() + 60
    while (tap.stats()["flows_lingering"] or tap.stats()["close_reset"] < before + 2) and \
            time.monotonic() < until:
        time.sleep(0.2)
    created = tap.stats()["flows_created"]
    for (client, server, _), port in ports:
        for _ in range(2):
            counts([packet(client, server, tcp(port, 80, seq=5001, ack=90001,
                                               flags="FA"))], {"late": 1})
            counts([packet(server, client, tcp(80, port, seq=90002, ack=5002,
                                               flags="RA"))], {"late": 1}, ("far", "near"))
        # Of others and of the next one it says nothing.
        counts([packet(client, server, tcp(fresh(), 80, seq=5001, ack=90001,
                                           flags="FA"))], {"recorded": 1})
        counts([packet(client, server, tcp(port, 80, seq=700000, flags="S"))],
               {"recorded": 1})
    tap.equal(tap.stats()["flows_created"] - created, 8, "connections that began")
    with open(linger, "w", encoding="ascii") as file:
        file.write("3600")


def told_why(src, router):
    """What the reader says of the last one that was unreachable."""
    run = subprocess.run([SYNFIN, "conns", "--json", "--no-phases", "--no-follow",
                          "--open", "unreachable", "--client", src],
                         capture_output=True, text=True, check=True)
    conn = json.loads(run.stdout.splitlines()[-1])
    tap.equal((conn["icmp_type"], conn["icmp_code"], conn["icmp_from"]),
              (3 if "." in src else 1, 1, router), "why, and who says so")


def unreachable():
    for src, dst in FOUR[:2], SIX[:2]:
        before = tap.stats()
        syn = packet(src, dst, tcp(fresh(), 80, seq=77))
        pass_on(syn)
        pass_on(icmp_error(dst, src, syn), ("far", "near"))
        expect(before, {"recorded": 2})
        # It is believed when nothing has answered for a while.
        until = time.monotonic() + 60
        while tap.stats()["open_unreachable"] == before["open_unreachable"] and \
                time.monotonic() < until:
            time.sleep(0.2)
        tap.equal(tap.stats()["open_unreachable"] - before["open_unreachable"],
                  1, "open_unreachable")
        told_why(src, dst)


def icmp_of_no_syn():
    back = ("far", "near")
    for src, dst in FOUR[:2], SIX[:2]:
        port = fresh()
        syn = packet(src, dst, tcp(port, 80, seq=77))
        other = packet(src, dst, tcp(port, 80, seq=78))
        unknown = packet(src, dst, tcp(fresh(), 80, seq=77))
        counts([syn], {"recorded": 1})
        counts([icmp_error(dst, src, other)], {"icmp_other": 1}, back)
        counts([icmp_error(dst, src, unknown)], {"no_flow": 1}, back)
        # Cut off within the eight bytes of TCP that any error quotes.
        head = 20 if src == FOUR[0] else 40
        counts([icmp_error(dst, src, syn[:head + 7])], {"icmp_other": 1}, back)


def icmp_of_no_concern():
    back = ("far", "near")
    for src, dst in FOUR[:2], SIX[:2]:
        udp = struct.pack("!HHHH", 5000, 53, 8, 0)
        quoted = ipv4(src, dst, udp, protocol=17) if src == FOUR[0] else \
            ipv6(src, dst, udp, protocol=17)
        counts([icmp_error(dst, src, quoted)], {}, back)
        # No error: an echo request; and one that is all head.
        counts([icmp_error(dst, src, b"", kind=8 if src == FOUR[0] else 128,
                           code=0)], {}, back)


def too_big():
    """The segment is sent again: nobody was unreachable."""
    syn = packet(*FOUR[:2], tcp(fresh(), 80, seq=77))
    counts([syn], {"recorded": 1})
    counts([icmp_error(FOUR[1], FOUR[0], syn, code=4)], {}, ("far", "near"))


def other_protocols():
    udp = struct.pack("!HHHH", 5000, 5001, 8, 0)
    counts([ipv4(*FOUR[:2], udp, protocol=17),
            ipv6(*SIX[:2], udp, protocol=17),
            ipv6(*SIX[:2], udp, protocol=17, extensions=[extension(DEST)]),
            ipv6(*SIX[:2], b"", protocol=59)], {})


def mutations():
    """TCP and what follows at random, by a seed: all of it passes unchanged."""
    rng = random.Random(int(os.environ.get("SYNFIN_SEED", "1")))
    before = tap.stats()
    for number in range(300):
        ends = rng.choice((FOUR, SIX))
        data = bytearray(tcp(rng.randrange(65536), 80, payload=bytes(20)))
        for _ in range(rng.randrange(1, 8)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        data = bytes(data[:rng.randrange(len(data) + 1)])
        if rng.randrange(2):
            data = checksum_tcp(*ends[:2], data)
        chain = [rng.choice(CHAINS[:4])[0] for _ in range(rng.randrange(3))]
        # Hop-by-hop options must come first.
        chain.sort(key=lambda header: header[0] != HOP)
        if [header[0] for header in chain].count(HOP) > 1:
            chain = chain[:1]
        mark = struct.pack("!Q", number)
        pass_on(ipv4(*ends[:2], data + mark) if ends == FOUR else
                ipv6(*ends[:2], data + mark, extensions=chain))
    got = tap.difference(before, tap.stats())
    segments = got.pop("segments")
    tap.equal(sum(got.values()), segments, "what became of the segments")


def garbage():
    """Packets with anything in them, headers too; most are not passed on."""
    rng = random.Random(int(os.environ.get("SYNFIN_SEED", "2")))
    for _ in range(1000):
        src, dst, host = rng.choice((FOUR, SIX))
        data = bytearray(packet(src, rng.choice((dst, host)), tcp(
            rng.randrange(65536), 80, flags=rng.choice("SFRA"),
            payload=bytes(rng.randrange(40)))))
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(1, len(data))] = rng.randrange(256)
        ENDS["near"].send(bytes(data[:rng.randrange(20, len(data) + 1)]))
    books()


def books():
    now = tap.stats()
    reasons = sum(value for name, value in now.items()
                  if not tap.TALLIES.fullmatch(name))
    tap.equal(now["recorded"] + reasons, now["segments"], "recorded + reasons")
    tap.equal(sum(now[name] for name in ("phase_records", "conns", "tls_records", "ftp_records")),
              now["records"], "records of all kinds")
    tap.equal(now["flows_live"] + now["flows_ended"] + now["flows_evicted"],
              now["flows_created"], "flows")


def non_linear():
    """The TCP header in a page of its own, not behind the IP header."""
    try:
        device = Device("pages", ["10.3.0.1/24"],
                        IFF_TAP | IFF_NAPI | IFF_NAPI_FRAGS)
    except OSError as reason:
        raise tap.Skipped(f"no TAP with pages: {reason}") from reason
    sysctl("net/ipv4/ip_early_demux", 0)
    try:
        with open("/sys/class/net/pages/address", encoding="ascii") as file:
            mac = bytes.fromhex(file.read().strip().replace(":", ""))
        ip("neighbour", "add", "10.3.0.2", "lladdr", "02:00:00:00:00:01", "dev",
           "pages")
        before = tap.stats()
        ether = mac + b"\2\0\0\0\0\1" + b"\x08\x00"
        wanted = {"recorded": 0, "bad_flags": 0, "short": 0}
        for kind, flags, length in (("recorded", "S", 20),
                                    ("bad_flags", "SF", 20), ("short", "S", 12)):
            for first in (14, 20, 34, 38):
                data = checksum_tcp("10.3.0.2", FOUR[1],
                                    tcp(fresh(), 80, flags=flags))[:length]
                sent = ipv4("10.3.0.2", FOUR[1], data)
                frame = ether + sent
                os.writev(device.fd, [frame[:first], frame[first:]])
                want = hop_later(sent)
                got = ENDS["far"].receive(lambda s: s.data[-8:] == want[-8:], 20)
                if not got or got.data != want:
                    raise tap.Wrong(f"{kind}, {first}: {got and got.data.hex()}")
                wanted[kind] += 1
        expect(before, wanted)
    finally:
        sysctl("net/ipv4/ip_early_demux", 1)
        device.close()


def unsolicited():
    """The host knows that it has no such connection; a router cannot know."""
    keeps([packet(src, host, tcp(fresh(), 80, flags=flags))
           for src, _, host in (FOUR, SIX) for flags in ("R", "RA")],
          {"no_flow": 4})
    counts(both(lambda s, d: [packet(s, d, tcp(fresh(), 80, flags=flags))
                              for flags in ("R", "RA")]), {"recorded": 4})


def host_answers_as_ever():
    """A connection to the host itself, through headers of extension."""
    server = socket.create_server((SIX[2], 8000), family=socket.AF_INET6)
    near, client, host = ENDS["near"], SIX[0], SIX[2]
    port = fresh()
    for chain in [], [extension(DEST)]:
        port = fresh()
        before = tap.stats()
        near.send(packet(client, host, tcp(port, 8000, seq=9), extensions=chain))
        heard = near.receive(lambda s: s.has("SA") and s.dport == port)
        if not heard:
            raise tap.Wrong("the host does not answer")
        tap.equal(heard.ack, 10, "its acknowledgment")
        near.send(packet(client, host, tcp(port, 8000, seq=10, flags="A",
                                           ack=heard.seq + 1), extensions=chain))
        near.send(packet(client, host, tcp(port, 8000, seq=10, flags="R"),
                         extensions=chain))
        expect(before, {"recorded": 4})
    server.close()


tap.main(set_up, [
    ("truncated headers", truncated),
    ("data offset below 5 or beyond the segment", data_offset),
    ("data offset that is just possible", offset_to_the_last_byte),
    ("flags that no sender sets", odd_flags),
    ("a wrong checksum", bad_checksum),
    ("a wrong checksum is why the host drops it", told_of_checksums),
    ("ACKs of nothing that is followed", plain_acks),
    ("options of TCP and of IPv4", options),
    ("data in the SYN", data_in_syn),
    ("fragments, IPv4", fragments_four),
    ("fragments, IPv6", fragments_six),
    ("an atomic fragment is whole", atomic_fragment),
    ("extension headers", extension_headers),
    ("an extension header beyond the packet", endless_extension),
    ("connections that are forwarded", forwarded_connections),
    ("an ACK is awaited whatever others with its ports do", same_ports),
    ("what is sent again long after the end", long_after_the_end),
    ("an ICMP error answers a SYN", unreachable),
    ("an ICMP error that quotes no SYN under way", icmp_of_no_syn),
    ("ICMP that is no concern of ours", icmp_of_no_concern),
    ("fragmentation needed", too_big),
    ("other protocols", other_protocols),
    ("resets of no connection", unsolicited),
    ("headers that lie in pages", non_linear),
    ("a connection to the host, with extension headers", host_answers_as_ever),
    ("three hundred mutations pass unchanged", mutations),
    ("a thousand packets of garbage", garbage),
    ("the books balance after all that", books),
])
