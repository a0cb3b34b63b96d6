# SPDX-License-Identifier: GPL-2.0
"""Files for the reader that are made byte by byte: recordings, copies of what the module
shows, a ring."""
import os
import struct

from capture_make import MS, SYN_ACK, Ends, conversation
from reader_lib import run, several, tmp, write


def head(kind, ident, family=4, cport=1, sport=2, when=10**18):
    return struct.pack("=BBHHBBIIQQ", kind, family, cport, sport, 23, 0, 0, 0, ident,
                       when) + b"\1".ljust(16, b"\0") + b"\2".ljust(16, b"\0")


FILE_MAGIC = 0x454c4946464e5953
NONE = 2**64 - 1


def recording(name, *records, version=3):
    return write(name, struct.pack("=QIIQQ", FILE_MAGIC, version, 32, 0, 0) +
                 b"".join(records))


def step(phase, when, sender=0, count=1, flags=2, since=NONE, seq=100, ack=0):
    return struct.pack("=BBHHBBIIIIQQ", phase, sender, 0, 512, flags, 0, seq, ack, 0,
                       count, since, when)


def record(kind, body, ident=1, words=None, **more):
    data = head(kind, ident, **more) + body
    return data[:6] + bytes([words if words is not None else len(data) // 8]) + data[7:]


# What a summary has behind its pid: nothing is known.
EXTRAS = struct.pack("=4B16s2Q3Q3H2B", 0, 0, 0, 0, b"", 0, 0, NONE, NONE, NONE,
                     0, 0, 0, 0, 0)


def summary(opening=0, closing=2, by=1, syns=1, answers=1, phases=7, flags=0x18,
            extras=EXTRAS, **more):
    """Established in 3 ms, the server's side took 2, closed after 10."""
    return record(2, struct.pack("=4BI4I2I6Q2QQ4HI", opening, closing, by, 0x1f, flags,
                                 syns, answers, 2, 0, 100, 900, 3 * MS, 2 * MS, MS,
                                 10 * MS, 5, NONE, 1, 2, 0x1, phases, 0, 0, 0, 0) +
                  extras, **more)

T = 10**18


def retold(nr):
    e = Ends()
    return [e.up(0, None, "S")] + [e.down(0, 1, "SA", window=i % 8192)
                                 for i in range(nr)] + conversation()[SYN_ACK + 1:]


FLOWS = """\
id=1 netns=4026531840 family=4 client=10.0.0.7 client_port=40000 server=10.0.0.2 \
server_port=80 state=open open=established close=open closed_by=- age_ns=90000000000 \
idle_ns=1000 syn_count=1 syn_ack_count=1 fin_count=0 rst_count=0 server_rtt_ns=1000 \
client_rtt_ns=20 handshake_ns=1020 client_isn=1 server_isn=2
id=2 netns=4026531840 family=6 client=2001:db8::7 client_port=40001 \
server=2001:db8::2 server_port=443 state=half open=established close=open \
closed_by=client age_ns=30000000000 idle_ns=1000 syn_count=1 syn_ack_count=1 \
fin_count=1 rst_count=0 server_rtt_ns=- client_rtt_ns=- handshake_ns=- client_isn=- \
server_isn=- process=connect pid=77 cgroup_id=7 socket=- comm=a\\040\\134b
id=3 netns=4026531840 family=4 client=10.0.0.8 client_port=40002 server=10.0.0.2 \
server_port=80 state=half open=established close=open closed_by=server \
age_ns=600000000000 idle_ns=1000 syn_count=1 syn_ack_count=1 fin_count=1 rst_count=0 \
server_rtt_ns=1000 client_rtt_ns=20 handshake_ns=1020 client_isn=1 server_isn=2
"""

STATS = """\
segments 70
recorded 60
open_established 7
open_refused 2
close_three_way 6
close_reset 1
flows_live 3
flows_opening 0
flows_open 1
flows_closing 2
late 10
"""

LATENCY = """\
# histogram lower_ns upper_ns count
handshake 163840 196608 7
server_rtt 163840 196608 7
client_rtt 20480 24576 7
"""

SERVICES = """\
port open_established open_refused closed_by_client server_rtt_count server_rtt_sum_ns \
first_response_count first_response_sum_ns tls_handshake_count tls_handshake_sum_ns
80 7 2 6 7 1260000 2 6000000 0 0
"""

LISTENERS = """\
port family socket limit longest overflows syn_overflows
80 4 4242 511 3 0 0
8080 6 4243 1 2 4 0
"""


def saved(folder="proc", **other):
    os.makedirs(os.path.join(tmp, folder), exist_ok=True)
    for name, text in (("flows", FLOWS), ("stats", STATS), ("latency", LATENCY),
                       ("services", SERVICES), ("listeners", LISTENERS)):
        write(os.path.join(folder, name), other.get(name, text).encode())
    return os.path.join(tmp, folder)


def ring(name="ring"):
    """A ring file with the records of several()."""
    made = os.path.join(tmp, "for the ring")
    run("record", "-r", several(), "-o", made)
    with open(made, "rb") as file:
        data = file.read()
    nr, page, slot = 64, 4096, 256
    at, = struct.unpack_from("=I", data, 12)
    slots = b""
    count = 0
    while at < len(data):
        size = data[at + 6] * 8
        record = data[at:at + size].ljust(slot - 8, b"\0")
        slots += struct.pack("=Q", 2 * (count + 1)) + record
        count += 1
        at += size
    header = struct.pack("=QIIIIQQQQQIIQ", 0x474E4952464E5953, 3, slot, 1, 1, page,
                         page, 2 * page, 4 * page, 1, 0, nr, 0)
    head = struct.pack("=QQQQII", count, 0, 0, 0, 0, 1)
    return write(name, header.ljust(page, b"\0") + head.ljust(page, b"\0") +
                 slots.ljust(4 * page, b"\0"))
