#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""amid_check.py TOOK SHOWN: are amid.py's connections what they were?

TOOK is its output, SHOWN what the reader shows of all connections. What a flood has
pushed out is shown once, with all of its phases and their times.
"""
import json
import sys

HISTORY = ["syn", "syn-ack", "ack", "fin-1", "ack-1", "fin-2", "ack-2"]
SYNS = {2001: 1, 2002: 2, 2003: 3, 2004: 1, 2005: 1}


def near(shown, true):
    """The machine may have been busy; a flood takes longer than that."""
    return shown is not None and abs(shown - true) < 50000000 + true / 4


def wrong(conn, syns, server_rtt, client_rtt):
    phases = [phase["phase"] for phase in conn["phases"]]
    if conn["syn_count"] != syns or phases.count("syn") != min(syns, 2):
        yield "SYNs"
    if conn["client_port"] == 2004:
        if (conn["open"], phases) != ("refused", ["syn", "rst"]):
            yield "not refused"
        if not near(conn["phases"][-1]["t_ns"], server_rtt):
            yield "refused at another time"
        return
    if (conn["open"], conn["close"]) != ("established", "four-way") and \
            conn["client_port"] != 2005:
        yield "not opened and closed"
    once = [p for n, p in enumerate(phases) if p not in phases[:n]]
    if conn["open"] != "established" or once[:4] != HISTORY[:4]:
        yield "phases are missing"
    if conn["client_port"] != 2005 and not near(conn["server_rtt_ns"], server_rtt):
        yield "the server's time"
    # Where a flood takes seconds, a real server sends its SYN-ACK again; Karn's rule.
    if conn["syn_ack_count"] > 1:
        if conn["client_rtt_ns"] is not None:
            yield "a time that nobody knows"
    elif not near(conn["client_rtt_ns"], client_rtt):
        yield "the client's time"


def main():
    took, shown = {}, {}
    with open(sys.argv[1], encoding="ascii") as file:
        for line in file:
            port, *times = map(int, line.split())
            took[port] = times
    with open(sys.argv[2], encoding="ascii") as file:
        for conn in map(json.loads, file):
            if conn["client"] in ("10.1.0.99", "fd01::99"):
                shown.setdefault(conn["client_port"], []).append(conn)
    bad = 0
    for port, times in took.items():
        conns = shown.get(port, [])
        said = [f"{len(conns)} of it"] if len(conns) != 1 else \
            list(wrong(conns[0], SYNS[port], *times))
        if said:
            bad += 1
            print(f"# port {port}, {times}: {', '.join(said)}: {conns}")
    sys.exit(bad != 0 or len(took) != len(SYNS))


main()
