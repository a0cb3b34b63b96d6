#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Is each connection there once, and as expected? Is nothing live any more?

    where_check.py EXPECTED FOLDER

Waits until all has ended. Leaves in FOLDER what was shown, and the counters of each
namespace in stats.NAME.

A line of EXPECTED: the namespace's name and inode number, the client's address
and port, the server's, then what of the defaults differs as NAME=VALUE, VALUE
in JSON; "again=1" if TCP has sent something again, so that counts are only at
least so many. "lines=ANY" in a line of its own after a name and a number lets
a namespace show more. What is wrong is printed.
"""
import ctypes
import json
import os
import subprocess
import sys
import time

DEFAULTS = {"open": "established", "close": ("four-way", "three-way"),
            "closed_by": "client", "bytes_client": 5, "bytes_server": 7,
            "bytes_partial": False, "syn_count": 1, "syn_ack_count": 1,
            "fin_count": 2, "rst_count": 0}
STATS, FLOWS = "stats", "flows"
LIBC = ctypes.CDLL(None, use_errno=True)
PATIENCE = 3 * int(os.environ.get("SYNFIN_PATIENCE", "10"))
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
        # Whose answer it was, if one of them was sent again, may not be told.
        sent_again = conn["syn_count"] > 1 or conn["syn_ack_count"] > 1
        for name in KNOWN:
            if conn[name] is None and not (sent_again and "_rtt_" in name):
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


def read(name, what):
    """A file of /proc/net/synfin in a namespace."""
    path = "/proc/1/ns/net" if name == "-" else f"/run/netns/{name}"
    with open(path, "rb") as namespace:
        if LIBC.setns(namespace.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), name)
    with open(f"/proc/thread-self/net/synfin/{what}", encoding="ascii") as file:
        return file.read()


def figure(name, what):
    return next(int(value) for key, value in
                map(str.split, read(name, STATS).splitlines()) if key == what)


def wait_for(condition):
    """In vain is no fault of its own: what is missing will be seen."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)


def is_quiet(names):
    """Two looks with the same figures."""
    before = [read(name, STATS) for name in names]
    time.sleep(0.3)
    return before == [read(name, STATS) for name in names]


def wait(expected):
    names = {words[0] for words in expected}
    for name in names:
        nr = sum(words[0] == name and len(words) > 5 for words in expected)
        wait_for(lambda name=name, nr=nr: figure(name, "conns") >= nr)
    wait_for(lambda: is_quiet(names))


def shown(folder):
    read("-", STATS)
    done = subprocess.run(
        [os.environ["SYNFIN"], "conns", "--no-follow", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit("# the reader: " + done.stderr)
    with open(os.path.join(folder, "shown"), "w", encoding="ascii") as file:
        file.write(done.stdout)
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_conns(expected, conns, lax):
    """What is wrong with the connections."""
    names = {int(words[1]): words[0] for words in expected}
    for words in expected:
        if len(words) < 6:
            continue
        name, key, wanted, again = parse(words)
        same = [conn for conn in conns if key_of(conn) == key]
        conns = [conn for conn in conns if key_of(conn) != key]
        if len(same) != 1:
            yield (f"in {name}: {' '.join(map(str, key[2:]))} is there "
                   f"{len(same)} times")
        for conn in same:
            for text in differences(conn, wanted, again):
                yield f"in {name}: {text}: {brief(conn)}"
    for conn in conns:
        if names.get(conn["netns"]) not in lax:
            yield (f"not expected in {names.get(conn['netns'], conn['netns'])}: "
                   f"{brief(conn)}")


def check_rest(folder, lax):
    """What is live still; the counters are kept."""
    for name in ("-", *os.listdir("/run/netns")):
        with open(os.path.join(folder, "stats." + name), "w",
                  encoding="ascii") as file:
            file.write(read(name, STATS))
        live = read(name, FLOWS)
        if live and name not in lax:
            yield f"live in {name}: {live}"


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        expected = [line.split() for line in file]
    lax = {words[0] for words in expected if words[2:] == ["lines=ANY"]}
    wait(expected)
    wrong = [*check_conns(expected, shown(sys.argv[2]), lax),
             *check_rest(sys.argv[2], lax)]
    for text in wrong:
        print("#", text)
    sys.exit(bool(wrong))


main()
