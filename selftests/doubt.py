#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A RST that its receiver seems not to accept, as what it follows is still under way.

	host [ tun  10.7.0.1, fd07::1 ] ---- 10.7.0.2, fd07::2: we

What we send passes the module's hook and is then held in a queue of netfilter, so
that a RST passes it before the socket has the data that precedes it: that happens
where several processors receive.
"""
import os
import socket
import struct
import subprocess
import time

import tap
from tun import Device, packet, tcp

ENDS = {4: ("10.7.0.2", "10.7.0.1"), 6: ("fd07::2", "fd07::1")}
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
PORT = 8000
QUEUE = 7
ISN = 1000
PORTS = iter(range(30000, 40000))
WORLD = {}

# linux/netfilter/nfnetlink_queue.h
PACKET, VERDICT, CONFIG = 0x300, 0x301, 0x302
CFG_CMD, CFG_PARAMS, VERDICT_HDR, PACKET_HDR = 1, 2, 2, 1
BIND, COPY_META, ACCEPT = 1, 1, 1


class Queue:
    """Packets that netfilter holds, in the order of their coming."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        self.sock.bind((0, 0))
        self.sock.settimeout(60)
        self.tell(CONFIG, CFG_CMD, struct.pack("!BxH", BIND, 0))
        self.tell(CONFIG, CFG_PARAMS, struct.pack("!IB3x", 0, COPY_META))

    def tell(self, kind, attribute, value):
        body = struct.pack("!BBH", 0, 0, QUEUE) + \
            struct.pack("=HH", 4 + len(value), attribute) + value
        self.sock.send(struct.pack("=IHHII", 16 + len(body), kind, 1, 0, 0) + body)

    def held(self):
        """The next packet's number."""
        while True:
            data = self.sock.recv(65536)
            if struct.unpack_from("=H", data, 4)[0] != PACKET:
                raise tap.Wrong(f"the queue says {data.hex()}")
            at = 20
            while at < len(data):
                length, kind = struct.unpack_from("=HH", data, at)
                if kind & 0x3FFF == PACKET_HDR:
                    return struct.unpack_from("!I", data, at + 4)[0]
                at += (length + 3) & ~3

    def let_go(self, number):
        self.tell(VERDICT, VERDICT_HDR, struct.pack("!II", ACCEPT, number))


class Connection:
    """Ours to a server on the host; what it says first is data that is held."""

    def __init__(self, family):
        self.we, self.host = ENDS[family]
        self.port = next(PORTS)
        self.seq, self.ack = ISN, 0
        with socket.create_server((self.host, PORT), family=FAMILIES[family]) as server:
            self.send("S")
            self.seq += 1
            self.ack = self.hear("SA").seq + 1
            self.send("A")
            self.accepted = server.accept()[0]
        self.accepted.settimeout(60)

    def send(self, flags, payload=b"", seq=None):
        WORLD["tun"].send(packet(self.we, self.host, tcp(
            self.port, PORT, seq=self.seq if seq is None else seq, ack=self.ack,
            flags=flags, payload=payload)))

    def hear(self, flags):
        heard = WORLD["tun"].receive(lambda s: s.has(flags) and s.dport == self.port)
        if not heard:
            raise tap.Wrong(f"no {flags} came")
        return heard

    def close(self):
        """We first; the host may acknowledge before it does too."""
        self.send("FA")
        self.seq += 1
        tap.equal(self.accepted.recv(100), b"", "the end of what was said")
        self.accepted.close()
        self.ack = self.hear("FA").seq + 1
        self.send("A")


def set_up():
    subprocess.run(["modprobe", "-qa", "tun", "nfnetlink_queue", "nft_queue"],
                   check=False)
    if not os.path.exists("/dev/net/tun"):
        raise tap.Skipped("no TUN devices")
    WORLD["tun"] = Device("tun", [ENDS[4][1] + "/24", ENDS[6][1] + "/64"])
    WORLD["queue"] = Queue()
    done = subprocess.run(["nft", "-f", "-"], check=False, text=True, input=f"""
        table inet doubt {{
            chain input {{
                type filter hook input priority 10;
                tcp dport {PORT} tcp flags & (psh | rst) != 0 queue num {QUEUE}
            }}
        }}""")
    if done.returncode:
        raise tap.Skipped("nft has no queue")
    tap.load_module("unanswered_timeout=3600", "linger_timeout=3600")


def wait_until(condition, what):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise tap.Wrong(f"it did not come to pass: {what}")


def changes(before, *names):
    after = tap.stats()
    return {name: after[name] - before[name] for name in names}


def counted(before, **want):
    """What is recorded is what is written, and no reset but the wanted one."""
    names = {"forged_rst": 0, "taken_back": 0, "close_reset": 0} | want
    tap.equal(changes(before, *names), names, "counted")
    got = changes(before, "segments", "recorded", "phases", "forged_rst", "not_awaited")
    tap.equal((got["recorded"], got["segments"]),
              (got["phases"], got["phases"] + got["forged_rst"] + got["not_awaited"]),
              "what the books say")


def closed_by_fins(before):
    return sum(changes(before, "close_three_way", "close_four_way").values())


def overtakes_data():
    for family in ENDS:
        before = tap.stats()
        conn = Connection(family)
        conn.send("PA", b"0123456789")
        conn.send("RA", seq=conn.seq + 10)
        first, second = WORLD["queue"].held(), WORLD["queue"].held()
        WORLD["queue"].let_go(first)
        tap.equal(conn.accepted.recv(100), b"0123456789", "what was received")
        WORLD["queue"].let_go(second)
        try:
            conn.accepted.recv(100)
            raise tap.Wrong("the socket was not reset")
        except ConnectionResetError:
            pass
        wait_until(lambda: changes(before, "close_reset")["close_reset"],  # pylint: disable=W0640
                   "a reset")
        counted(before, close_reset=1, phases=4)
        conn.accepted.close()


def forged(conn):
    """Inside of the window, and not where the socket expects it."""
    conn.send("R", seq=conn.seq + 10)
    WORLD["queue"].let_go(WORLD["queue"].held())
    conn.hear("A")


def is_forged_and_it_goes_on():
    for family in ENDS:
        before = tap.stats()
        conn = Connection(family)
        forged(conn)
        time.sleep(1)
        counted(before, forged_rst=1, phases=3)
        conn.close()
        counted(before, forged_rst=1)
        tap.equal(closed_by_fins(before), 1, "closed by FINs")


def is_forged_and_it_closes_at_once():
    for family in ENDS:
        before = tap.stats()
        conn = Connection(family)
        forged(conn)
        conn.close()
        time.sleep(1)
        counted(before, forged_rst=1)
        tap.equal(closed_by_fins(before), 1, "closed by FINs")


tap.main(set_up, [
    ("a RST overtakes data: the socket accepts it, so do we", overtakes_data),
    ("a forged one stays forged, and the connection goes on",
     is_forged_and_it_goes_on),
    ("a forged one stays forged, and the connection closes at once",
     is_forged_and_it_closes_at_once),
])
