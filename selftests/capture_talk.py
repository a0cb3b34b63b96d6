# SPDX-License-Identifier: GPL-2.0
"""Dialogues, told segment by segment, and read in several dresses: IPv4 and IPv6, initial
numbers that wrap around, time stamps, VLANs, cut packets."""
import struct

from capture_lib import read, same
from capture_make import MS, START, cooked2, enhanced, ethernet, interface, section
from tun import icmp_error, packet, tcp

ENDS = (("10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8::2"))
ROUTER = ("10.0.9.254", "2001:db8:9::1")
GIB = 1 << 30
FAR = {"x": GIB, "y": GIB}
NUMBERS = ((1000, 5000), (0xFFFFFFF8, 0xFFFFFF00))


class Dress:
    """How a dialogue is captured."""

    def __init__(self, six=False, wrap=False, stamps=False, link=ethernet(), number=1,
                 cut=None):
        self.six, self.wrap, self.stamps = six, wrap, stamps
        self.link, self.number, self.cut = link, number, cut


DRESSES = {
    "IPv4": Dress(),
    "IPv6 in a VLAN": Dress(six=True, link=ethernet(0x8100)),
    "numbers that wrap": Dress(wrap=True, cut=54),
    "stamps": Dress(six=True, wrap=True, stamps=True, link=cooked2(), number=276),
}


class Said:
    """One segment, its numbers beside its ends' initial ones."""

    def __init__(self, when, client, flags, numbers, size, more):
        self.when, self.client, self.flags = when, client, flags
        self.numbers, self.size, self.more = numbers, size, more


class Talk:
    """Segments of both ends; times in milliseconds.

    x and y are added to the numbers of the client and of the server: so several attempts
    may be told. A reset without ACK has the number 0 with y=None.
    """

    def __init__(self):
        self.said = []

    def up(self, when, flags, seq=0, ack=None, size=0, **more):
        self.said.append(Said(when, True, flags, (seq, ack), size, more))
        return self

    def down(self, when, flags, seq=0, ack=None, size=0, **more):
        self.said.append(Said(when, False, flags, (seq, ack), size, more))
        return self

    def refuse(self, when, **more):
        return self.down(when, "RA", None, 1, **more)

    def error(self, when, about, code=1):
        """An ICMP error about the segment of that number."""
        self.said.append((when, about, code))
        return self

    def opened(self, when=0, **more):
        self.up(when, "S", **more).down(when + 20, "SA", 0, 1, **more)
        return self.up(when + 20.1, "A", 1, 1, **more)

    def asked(self, when=100, sent=100, replied=500, **more):
        self.up(when, "PA", 1, 1, sent, **more)
        self.down(when + 20, "PA", 1, 1 + sent, replied, **more)
        return self.up(when + 20.1, "A", 1 + sent, 1 + replied, **more)

    def closed(self, when, sent=0, replied=0, **more):
        """In four segments, by the client."""
        a, b = 1 + sent, 1 + replied
        self.up(when, "FA", a, b, **more).down(when + 20, "A", b, a + 1, **more)
        self.down(when + 40, "FA", b, a + 1, **more)
        return self.up(when + 40.1, "A", a + 1, b + 1, **more)

    def by_time(self):
        self.said.sort(key=lambda said: said.when)
        return self

    def every(self, **more):
        """The same for each segment of an end: up=, down= are what is to be added."""
        for said in self.said:
            if isinstance(said, Said):
                said.more.update(more["up" if said.client else "down"])
        return self

    def packets(self, dress):
        """(nanoseconds, IP packet, its link or None)"""
        out, stamp, ident = [], {True: 0, False: 0}, 100
        for said in self.said:
            if not isinstance(said, Said):
                when, about, code = said
                error = icmp_error(ROUTER[dress.six], ENDS[dress.six][0], out[about][1],
                                   code=code)
                out.append((START + round(when * MS), error, None))
                continue
            ident += 1
            ip = self.packet_of(said, dress, stamp, ident)
            out.append((START + round(said.when * MS), ip, said.more.get("link")))
        return out

    @staticmethod
    def packet_of(said, dress, stamp, ident):
        more = dict(said.more)
        x, y = NUMBERS[dress.wrap]
        x, y = x + more.pop("x", 0), y + more.pop("y", 0)
        more.pop("link", None)
        hops, ident = more.pop("hops", 64), more.pop("ident", ident)
        echo, own = more.pop("echo", stamp[not said.client]), more.pop("stamp", None)
        options = more.pop("options", b"")
        if dress.stamps and "R" not in said.flags:
            if own is None:
                own = round(said.when) + 1000
            options += b"\1\1\x08\x0a" + struct.pack(
                "!II", own, echo if "A" in said.flags else 0)
            stamp[said.client] = own
        seq, ack = said.numbers
        own, other = (x, y) if said.client else (y, x)
        ports = (more.pop("cport", 40000), 80)
        segment = tcp(*(ports if said.client else ports[::-1]),
                      0 if seq is None else own + seq, 0 if ack is None else other + ack,
                      said.flags, options=options, payload=b"x" * said.size, **more)
        ends = ENDS[dress.six] if said.client else ENDS[dress.six][::-1]
        if dress.six:
            return packet(*ends, segment, hops=hops)
        return packet(*ends, segment, ttl=hops, ident=ident)


def capture_of(packets, dress):
    out = [section(), interface(dress.number)]
    for when, ip, link in packets:
        out.append(enhanced((link or dress.link)(ip), when, cut=dress.cut))
    return b"".join(out)


def fits(wanted, conn):
    """How many of the fields are as wanted."""
    return sum(conn[key] == value for key, value in wanted.items())


def told(what, talk, *wanted, others=(), change=None, dresses=DRESSES):
    """The connections that are told of a dialogue, each in all dresses.

    Further ones may be told if their openings are among the others.
    """
    for name in dresses:
        dress = DRESSES[name]
        packets = talk.packets(dress)
        if change:
            packets = change(packets)
        rest = list(read(capture_of(packets, dress)).conns)
        for conn in wanted:
            assert rest, f"{what}, {name}: {conn} is not told"
            best = max(rest, key=lambda got, conn=conn: fits(conn, got))
            rest.remove(best)
            for key, value in conn.items():
                same(best[key], value, f"{what}, {name}: {key}")
        for conn in rest:
            assert conn["open"] in others, f"{what}, {name}: also {conn['open']}"


# --- outcomes ---

OPEN = {"open": "established", "close": "open"}
FOUR = {"open": "established", "close": "four-way", "closed_by": "client", "syn_count": 1,
        "syn_ack_count": 1, "fin_count": 2, "rst_count": 0}
RESET = {"open": "established", "close": "reset"}
REFUSED = {"open": "refused", "close": None, "syn_count": 1, "rst_count": 1}
UNANSWERED = {"open": "unanswered", "close": None}


def but(known, **changed):
    return {**known, **changed}


# --- dialogues ---

def found_half_open(**more):
    """RFC 9293, figure 10: the client has forgotten the old one."""
    return Talk().opened().up(100, "PA", 1, 1, 5).down(120, "A", 1, 6) \
        .up(60000, "S", x=GIB).down(60020, "A", 1, 6).up(60020.1, "R", 6) \
        .up(61000, "S", x=GIB).down(61020, "SA", 0, 1, **FAR) \
        .up(61020.1, "A", 1, 1, **FAR).closed(62000, **FAR, **more)
