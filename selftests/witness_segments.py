#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Segments of captures, as tshark dissects them.

	witness_segments.py CAPTURE...	leaves CAPTURE.segments beside each

What tshark dissects above TCP is switched off, so that it says what is on the wire
and nothing of its own opinion. It takes long to start: one run for all captures.
"""
import collections
import contextlib
import os
import subprocess
import sys
import tempfile

FIN, SYN, RST, ACK = 1, 2, 4, 16

FIELDS = """frame.interface_id frame.time_epoch frame.protocols ip.src ip.dst ipv6.src ipv6.dst
tcp.srcport tcp.dstport tcp.flags tcp.seq_raw tcp.seq tcp.ack_raw tcp.len
tcp.checksum.status tcp.options.timestamp.tsval
tcp.options.timestamp.tsecr icmp.type icmp.code icmpv6.type icmpv6.code""".split()

Segment = collections.namedtuple(
    "Segment", "t src dst flags seq ack len icmp number bad_checksum stamp echo")


def nanoseconds(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * 1000000000 + int((fraction + "000000000")[:9])


def last(text):
    return text.rpartition(",")[2]


def number(text):
    return int(last(text), 0) if text else 0


def stamp(row, which):
    """Of the time stamp option; None if there is none."""
    text = row["tcp.options.timestamp." + which]
    return number(text) if text else None


def is_error(row):
    """Says an ICMP message that a segment was not delivered?"""
    if row["icmp.type"]:
        kind, code = number(row["icmp.type"]), number(row["icmp.code"])
        return kind in (11, 12) or (kind == 3 and code != 4)
    return number(row["icmpv6.type"]) in (1, 3, 4)


def segment(row, nr, checksums):
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
        checksums and not icmp and row["tcp.checksum.status"] == "0",
        stamp(row, "tsval"), stamp(row, "tsecr"))


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit("witness: %s: %s" % (command[0], done.stderr.strip()))
    return done.stdout


def tshark(path):
    """A line for each frame."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a"]
    options = {
        "tcp.desegment_tcp_streams": False,
        "tcp.analyze_sequence_numbers": False,
        "tcp.relative_sequence_numbers": False,
        "tcp.try_heuristic_first": False,
        "tcp.check_checksum": True,
        "ip.defragment": False,
        "ipv6.defragment": False,
    }
    for name, value in options.items():
        command += ["-o", "%s:%s" % (name, str(value).upper())]
    for field in FIELDS:
        command += ["-e", field]
    return run(command).splitlines()


def dissect(paths):
    """Each capture is an interface of the merged one."""
    with tempfile.NamedTemporaryFile(suffix=".pcapng") as merged, \
            contextlib.ExitStack() as stack:
        run(["mergecap", "-a", "-I", "none", "-w", merged.name, *paths])
        files = [stack.enter_context(open(path + ".segments", "w",
                                          encoding="ascii")) for path in paths]
        for line in tshark(merged.name):
            print(line, file=files[int(line.partition("\t")[0])])


def lines_of(path):
    if not os.path.exists(path + ".segments"):
        return tshark(path)
    with open(path + ".segments", encoding="ascii") as file:
        return file.read().splitlines()


def is_odd(s):
    """No sender means it: SYN with RST, SYN with FIN that answers nothing, none."""
    return not s.icmp and (not s.flags or s.flags & (SYN | RST) == SYN | RST or
                           s.flags & (SYN | FIN | ACK) == SYN | FIN)


def read(path, checksums=False):
    """All TCP segments, and ICMP errors that quote one, in their order."""
    found = []
    for nr, line in enumerate(lines_of(path), 1):
        one = segment(dict(zip(FIELDS, line.split("\t"))), nr, checksums)
        if one and not one.bad_checksum and not is_odd(one):
            found.append(one)
    # Those that were captured out of order tell by their times.
    return sorted(found, key=lambda s: s.t)


if __name__ == "__main__":
    dissect(sys.argv[1:])
