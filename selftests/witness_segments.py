# SPDX-License-Identifier: GPL-2.0
"""Segments of a capture, as tshark dissects it.

One run of tshark for each capture; what it dissects above TCP is switched off, so
that it says what is on the wire and nothing of its own opinion.
"""
import collections
import subprocess

FIN, SYN, RST, ACK = 1, 2, 4, 16

FIELDS = """frame.time_epoch frame.protocols ip.src ip.dst ipv6.src ipv6.dst
tcp.srcport tcp.dstport tcp.flags tcp.seq_raw tcp.seq tcp.ack_raw tcp.len
tcp.checksum.status icmp.type icmp.code icmpv6.type icmpv6.code""".split()

Segment = collections.namedtuple(
    "Segment", "t src dst flags seq ack len icmp number bad_checksum")


def nanoseconds(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * 1000000000 + int((fraction + "000000000")[:9])


def last(text):
    return text.rpartition(",")[2]


def number(text):
    return int(last(text), 0) if text else 0


def is_error(row):
    """Says an ICMP message that a segment was not delivered?"""
    if row["icmp.type"]:
        kind, code = number(row["icmp.type"]), number(row["icmp.code"])
        return kind in (11, 12) or (kind == 3 and code != 4)
    return number(row["icmpv6.type"]) in (1, 3, 4)


def segment(row, nr):
    protocols = row["frame.protocols"].split(":")
    icmp = bool(row["icmp.type"] or row["icmpv6.type"])
    if not row["tcp.srcport"] or (icmp and not is_error(row)):
        return None
    family = [p for p in protocols if p in ("ip", "ipv6")][-1]
    return Segment(
        nanoseconds(row["frame.time_epoch"]),
        (last(row[family + ".src"]), number(row["tcp.srcport"])),
        (last(row[family + ".dst"]), number(row["tcp.dstport"])),
        0 if icmp else number(row["tcp.flags"]) & (FIN | SYN | RST | ACK),
        number(row["tcp.seq_raw"] or row["tcp.seq"]), number(row["tcp.ack_raw"]),
        number(row["tcp.len"]), icmp, nr,
        not icmp and row["tcp.checksum.status"] == "0")


def read(path, checksums=False):
    """All TCP segments, and ICMP errors that quote one, in their order."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a"]
    options = {
        "tcp.desegment_tcp_streams": False,
        "tcp.analyze_sequence_numbers": False,
        "tcp.relative_sequence_numbers": False,
        "tcp.try_heuristic_first": False,
        "tcp.check_checksum": checksums,
        "ip.defragment": False,
        "ipv6.defragment": False,
    }
    for name, value in options.items():
        command += ["-o", "%s:%s" % (name, str(value).upper())]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit("witness: tshark: " + done.stderr.strip())
    found = []
    for nr, line in enumerate(done.stdout.splitlines(), 1):
        row = dict(zip(FIELDS, line.split("\t")))
        one = segment(row, nr)
        if one and not one.bad_checksum:
            found.append(one)
    # Those that were captured out of order tell by their times.
    return sorted(found, key=lambda s: s.t)
