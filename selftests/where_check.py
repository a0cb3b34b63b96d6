#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Is each connection there once, and as expected?

    where_check.py EXPECTED <JSON

A line of EXPECTED: the namespace's name and inode number, the client's address
and port, the server's, then what of the defaults differs as NAME=VALUE, VALUE
in JSON; "again=1" if TCP has sent something again, so that counts are only at
least so many. "lines=ANY" in a line of its own after a name and a number lets
a namespace show more. What is wrong is printed.
"""
import json
import sys

DEFAULTS = {"open": "established", "close": ("four-way", "three-way"),
            "closed_by": "client", "bytes_client": 5, "bytes_server": 7,
            "bytes_partial": False, "syn_count": 1, "syn_ack_count": 1,
            "fin_count": 2, "rst_count": 0}
KNOWN = ("handshake_ns", "server_rtt_ns", "client_rtt_ns", "duration_ns")


def key_of(conn):
    return (conn["netns"], conn["family"], conn["client"], conn["client_port"],
            conn["server"], conn["server_port"])


def brief(conn):
    names = (*DEFAULTS, "history", "conn_state")
    return (f"{conn['client']} {conn['client_port']} {conn['server']} "
            f"{conn['server_port']} " +
            " ".join(f"{name}={conn[name]}" for name in names))


def differences(conn, wanted, again):
    for name, value in wanted.items():
        got = conn[name]
        if again and name.endswith("_count"):
            right = got >= value
        else:
            right = got in value if isinstance(value, (tuple, list)) \
                else got == value
        if not right:
            yield f"{name} is {got}, not {value}"
    if wanted["open"] == "established":
        for name in KNOWN:
            if conn[name] is None:
                yield f"{name} is null"


def parse(words):
    name, netns, client, port, server, server_port = words[:6]
    wanted = dict(DEFAULTS)
    again = False
    for word in words[6:]:
        what, _, value = word.partition("=")
        if what == "again":
            again = value != "0"
        else:
            wanted[what] = json.loads(value)
    family = 6 if ":" in client else 4
    return name, (int(netns), family, client, int(port), server,
                  int(server_port)), wanted, again


def main():
    conns = [json.loads(line) for line in sys.stdin]
    names, lax, wrong = {}, set(), False
    with open(sys.argv[1], encoding="ascii") as file:
        expected = [line.split() for line in file]
    for words in expected:
        names[int(words[1])] = words[0]
        if words[2:] == ["lines=ANY"]:
            lax.add(int(words[1]))
    for words in expected:
        if len(words) < 6:
            continue
        name, key, wanted, again = parse(words)
        same = [conn for conn in conns if key_of(conn) == key]
        conns = [conn for conn in conns if key_of(conn) != key]
        if len(same) != 1:
            print(f"# in {name}: {' '.join(map(str, key[2:]))} is there "
                  f"{len(same)} times")
            wrong = True
        for conn in same:
            for text in differences(conn, wanted, again):
                print(f"# in {name}: {text}: {brief(conn)}")
                wrong = True
    for conn in conns:
        if conn["netns"] not in lax:
            print(f"# not expected in {names.get(conn['netns'], conn['netns'])}:"
                  f" {brief(conn)}")
            wrong = True
    sys.exit(wrong)


main()
