# SPDX-License-Identifier: GPL-2.0
"""reader_check.py CONNS PHASES RECORDS: is the reader's JSON what it must be?

CONNS and PHASES are an object a line. RECORDS is what records prints of the same
ring: every connection and every phase must be in both, and say the same.
"""
import json
import sys

WRONG = []
OPTIONAL = (int, type(None))
TEXT = (str, type(None))
YES_OR_NO = (bool, type(None))
CONN = {
    "ts": float, "netns": int, "family": int, "client": str,
    "client_port": int, "server": str, "server_port": int,
    "service": (str, type(None)), "open": str, "close": (str, type(None)),
    "closed_by": (str, type(None)), "handshake_ns": OPTIONAL,
    "server_rtt_ns": OPTIONAL, "client_rtt_ns": OPTIONAL,
    "duration_ns": OPTIONAL, "close_ns": OPTIONAL, "half_close_ns": OPTIONAL,
    "syn_count": int, "syn_ack_count": int, "fin_count": int, "rst_count": int,
    "bytes_client": OPTIONAL, "bytes_server": OPTIONAL, "bytes_partial": bool,
    "conn_state": str, "history": str, "completeness": int, "phases": list,
    "phases_lost": int, "id": int, "ts_ns": int, "client_isn": OPTIONAL,
    "server_isn": OPTIONAL, "client_guessed": bool, "syn_data": bool,
    "process": TEXT, "pid": OPTIONAL, "comm": TEXT, "cgroup": TEXT,
    "cgroup_id": OPTIONAL, "socket": OPTIONAL, "ftp_control": OPTIONAL, "drop_reason": TEXT, "drop_hook": TEXT,
    "drop_count": OPTIONAL, "unaccepted": bool, "icmp_type": OPTIONAL, "icmp_code": OPTIONAL,
    "icmp_from": TEXT, "copies": type(None), "protocol": TEXT, "method": TEXT,
    "status": OPTIONAL, "first_by": TEXT, "first_request_ns": OPTIONAL,
    "first_response_ns": OPTIONAL, "tls_version": TEXT, "tls_resumed": YES_OR_NO,
    "tls_retry": YES_OR_NO, "tls_client_cert": YES_OR_NO, "tls_alert": OPTIONAL,
    "tls_alert_name": TEXT, "tls_alert_by": TEXT, "tls_handshake_ns": OPTIONAL,
    "tls_request_ns": OPTIONAL, "tls_response_ns": OPTIONAL, "sni": TEXT,
    "alpn": TEXT, "tls_flights": list,
}
PHASE = {"phase": str, "from": str, "t_ns": int, "seq": OPTIONAL,
         "ack": OPTIONAL, "count": int}
WORDS = {
    "family": {4, 6},
    "open": {"established", "simultaneous", "refused", "unreachable",
             "unanswered", "unacknowledged", "aborted", "midstream",
             "opening"},
    "close": {None, "open", "four-way", "three-way", "simultaneous", "reset",
              "half-closed", "evicted"},
    "closed_by": {None, "client", "server", "both"},
    "conn_state": {"S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR",
                   "RSTOS0", "RSTRH", "SH", "SHR", "OTH"},
    "phase": {"syn", "syn-ack", "ack", "fin-1", "ack-1", "fin-2", "ack-2",
              "rst", "timeout"},
    "from": {"client", "server"},
}
SAME = ("netns", "family", "client", "client_port", "server", "server_port",
        "open", "close", "syn_count", "syn_ack_count", "fin_count", "rst_count",
        "handshake_ns", "server_rtt_ns", "client_rtt_ns", "duration_ns",
        "bytes_client", "bytes_server", "completeness")


def wrong(*words):
    WRONG.append(" ".join(str(word) for word in words))


def read_json(name):
    """The objects; and again, with the text of each number that has a fraction."""
    with open(name, encoding="utf-8") as file:
        lines = file.readlines()
    return [json.loads(line) for line in lines], \
        [json.loads(line, parse_float=str) for line in lines]


def check_types(where, got, types, exactly=True):
    for name, kind in types.items():
        if name not in got:
            wrong(where, "has no", name)
        elif not isinstance(got[name], kind) or \
                (isinstance(got[name], bool) and kind not in (bool, YES_OR_NO)):
            wrong(where, name, "is", repr(got[name]))
    if exactly and set(got) - set(types):
        wrong(where, "has more:", *sorted(set(got) - set(types)))
    for name, words in WORDS.items():
        if name in got and name in types and got[name] not in words:
            wrong(where, name, "is", repr(got[name]))


def key_of(conn):
    return tuple(str(conn[name]) for name in (
        "netns", "client", "client_port", "server", "server_port"))


def check_conn(conn, text, record, phases):
    where = f"port {conn['client_port']}:"
    check_types(where, conn, CONN)
    sec, _, nsec = text["ts"].partition(".")
    if len(nsec) != 9 or sec + nsec != record["time_ns"]:
        wrong(where, "ts is", text["ts"], "not", record["time_ns"])
    for name in SAME:
        want = {"-1": None, "none": None}.get(record[name], record[name])
        got = conn[name]
        if (None if got is None else str(got)) != want:
            wrong(where, name, "is", got, "not", want)
    by = None if record["by"] == "nobody" else record["by"]
    if conn["closed_by"] != by:
        wrong(where, "closed_by is", conn["closed_by"], "not", by)
    if len(conn["phases"]) != len(phases):
        wrong(where, len(conn["phases"]), "phases, not", len(phases))
    for got, want in zip(conn["phases"], phases):
        check_phase(where, got, want, int(record["time_ns"]))


def check_phase(where, got, want, start):
    icmp = {"icmp_type": int, "icmp_code": int} if "icmp_type" in got else {}
    check_types(where, got, PHASE | icmp)
    if (got["phase"], got["from"], got["count"]) != (
            want["phase"], want["from"], int(want["count"])):
        wrong(where, got, "is not", want)
    if got["t_ns"] != int(want["time_ns"]) - start:
        wrong(where, "t_ns of", got["phase"])
    if want["phase"] == "timeout":
        if got["seq"] is not None or got["ack"] is not None:
            wrong(where, "a timeout has numbers")
        return
    if got["seq"] != int(want["seq"]):
        wrong(where, "seq of", got["phase"])
    ack = int(want["ack"]) if int(want["flags"]) & 16 else None
    if got["ack"] != ack:
        wrong(where, "ack of", got["phase"], "is", got["ack"], "not", ack)


def main():
    records = {"conn": [], "phase": []}
    with open(sys.argv[3], encoding="ascii") as file:
        for line in file:
            kind, *fields = line.split()
            if kind in records:
                records[kind].append(dict(f.split("=", 1) for f in fields))
    conns, texts = read_json(sys.argv[1])
    phases, _ = read_json(sys.argv[2])
    of_key = {key_of(record): record for record in records["conn"]}
    for conn, text in zip(conns, texts):
        record = of_key.pop(key_of(conn), None)
        if not record:
            wrong("port", conn["client_port"], "is not in the ring")
            continue
        check_conn(conn, text, record, [
            p for p in records["phase"] if p["id"] == record["id"]])
    for record in of_key.values():
        wrong("port", record["client_port"], "is missing")
    for got in phases:
        check_types("a phase:", got, {
            name: CONN[name] for name in ("ts", "netns", "family", "client",
                                          "client_port", "server")} | {
            "phase": str, "from": str, "seq": OPTIONAL, "ack": OPTIONAL,
            "count": int}, exactly=False)
    stamps = {}
    for phase in phases:
        stamps.setdefault(phase["id"], []).append(phase["ts"])
    for of_one in stamps.values():
        if of_one != sorted(of_one):
            wrong("phases of a connection are not in the order of time")
    for line in WRONG[:40]:
        print("#", line)
    sys.exit(bool(WRONG))


main()
