#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes connections of every shape, and says what must be said of each.

	shapes.py make FAMILIES EXPECTED TIMEOUT
	shapes.py check EXPECTED CONNS NETNS PLACE

make: in the world of shapes_world.sh; FAMILIES: 4, 6 or 46. Each shape has a server
port of its own. EXPECTED: a line for each, its family, its port and what must be said
of its connections; syn>n if a SYN may be sent again. Out of check: each difference;
exit status 1.
"""
import json
import re
import socket
import struct
import sys
import threading
import time
import traceback

import shapes_made
from shapes_made import CLOSE, EST, ORDINARY
from shapes_world import (Dialogue, Host, MADE, REAL, listen, make_socket, sysctl,
                          wait_state, wait_until)

FIRST_MADE, FIRST_REAL = 3000, 4000
BY_SERVER = "established four-way server: " + EST + " fin-1< ack-1> fin-2> ack-2<"
EVERYWHERE = "client middle server"

shapes = []


def shape(wanted, where=EVERYWHERE, slow=False, routed=None):
    """A shape that the kernel's own sockets make, at one end at least.

    routed: what a router, which knows no socket, says instead.
    """
    if routed:
        where = "client server"

    def add(function):
        shapes.append((function, wanted, where, slow, routed))
        return function
    return add


class Pair:
    """A listener, a client and, when it is accepted, the server's socket."""

    def __init__(self, family, port):
        self.family, self.port = family, port
        self.listener = listen(family, port)
        self.client = make_socket("client", family)
        self.server = None

    def open(self, source=0):
        if source:
            self.client.bind((REAL["client"][self.family], source))
        self.client.connect((REAL["server"][self.family], self.port))
        self.server = self.listener.accept()[0]
        self.server.settimeout(60)
        return self

    def talk(self, size=100):
        for a, b in ((self.client, self.server), (self.server, self.client)):
            a.sendall(b"x" * size)
            left = size
            while left:
                left -= len(b.recv(left))
        return self

    def close(self, first="client"):
        """Four segments: the second end closes when the first FIN is confirmed."""
        one, other = ((self.client, self.server) if first == "client" else
                      (self.server, self.client))
        one.shutdown(socket.SHUT_WR)
        wait_state(one, "FIN_WAIT2")
        other.close()
        while one.recv(65536):
            pass
        one.close()
        self.listener.close()


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


@shape(ORDINARY)
def four_way_client(family, port, hosts):
    Pair(family, port).open().talk().close()


@shape(BY_SERVER)
def four_way_server(family, port, hosts):
    Pair(family, port).open().talk().close("server")


@shape("established reset client: " + EST + " rst>")
def reset_by_client(family, port, hosts):
    p = Pair(family, port).open().talk()
    reset(p.client)
    wait_state(p.server, "CLOSE")


@shape("established reset server: " + EST + " rst<")
def reset_by_server(family, port, hosts):
    p = Pair(family, port).open().talk()
    reset(p.server)
    wait_state(p.client, "CLOSE")


@shape("established reset server: " + EST + " rst<")
def reset_with_unread_data(family, port, hosts):
    p = Pair(family, port).open()
    p.client.sendall(b"x" * 100)
    wait_until("data", lambda: p.server.recv(1, socket.MSG_PEEK))
    p.server.close()
    wait_state(p.client, "CLOSE")


@shape("established reset client: " + EST + " fin-1> ack-1< rst>")
def reset_by_data_after_close(family, port, hosts):
    p = Pair(family, port).open().talk()
    p.client.shutdown(socket.SHUT_WR)
    wait_state(p.client, "FIN_WAIT2")
    p.client.close()
    p.server.sendall(b"x")
    wait_state(p.server, "CLOSE")


@shape("refused null null: syn> rst<")
def refused(family, port, hosts):
    s = make_socket("client", family)
    if s.connect_ex((REAL["server"][family], port)) == 0:
        raise RuntimeError("connected")


# An error that comes while connect() still has the socket is forgotten.
@shape("unreachable null null: syn>n rst<")
def unreachable(family, port, hosts):
    s = make_socket("client", family)
    if s.connect_ex((REAL["server"][family], port)) == 0:
        raise RuntimeError("connected")


@shape("unanswered null null: syn>2 timeout<", slow=True)
def unanswered(family, port, hosts):
    s = make_socket("client", family)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
    if s.connect_ex((REAL["server"][family], port)) == 0:
        raise RuntimeError("connected")


@shape("unacknowledged null null: syn> syn-ack<2 timeout>")
def unacknowledged(family, port, hosts):
    listener = listen(family, port)
    d = Dialogue(hosts, family, port, port, server=REAL["server"][family])
    d.say("> S 0")
    d.hear("client", "SA")
    d.hear("client", "SA")
    listener.close()


@shape(ORDINARY)
def with_cookies(family, port, hosts):
    with sysctl("server", "net/ipv4/tcp_syncookies", "2"):
        p = Pair(family, port).open()
    p.talk().close()


@shape(ORDINARY)
def fast_open(family, port, hosts):
    p = Pair(family, port)
    p.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 5)
    p.client.sendto(b"x" * 50, socket.MSG_FASTOPEN, (REAL["server"][family], port))
    p.server = p.listener.accept()[0]
    wait_until("data", lambda: len(p.server.recv(50)) == 50)
    p.server.sendall(b"y" * 60)
    wait_until("answer", lambda: len(p.client.recv(60)) == 60)
    p.close()


@shape("established three-way server: " + EST + " fin-1< fin-2> ack-2<")
def three_way_of_sockets_server(family, port, hosts):
    listener = listen(family, port)
    d = Dialogue(hosts, family, port, port, server=REAL["server"][family])
    d.say("> S 0")
    d.y = d.hear("client", "SA")[3]
    d.say("> A 1:1")
    server = listener.accept()[0]
    server.close()
    d.hear("client", "FA")
    d.say("> FA 1:2")
    d.hear("client", "A")


def made_server(family, port, hosts):
    """A socket that connects to a host behind a tun; until its SYN."""
    client = make_socket("client", family, REAL["client"][family], port)
    client.setblocking(False)
    d = Dialogue(hosts, family, port, port, client=REAL["client"][family])
    client.connect_ex((MADE["server"][family], port))
    d.x = d.hear("server", "S")[3]
    return client, d


@shape("established three-way client: " + EST + " fin-1> fin-2< ack-2>")
def three_way_of_sockets_client(family, port, hosts):
    client, d = made_server(family, port, hosts)
    d.say("< SA 0:1")
    d.hear("server", "A")
    client.close()
    d.hear("server", "FA")
    d.say("< FA 1:2")
    d.hear("server", "A")


@shape("simultaneous four-way server: syn> syn< syn-ack> syn-ack< "
       "fin-1< ack-1> fin-2> ack-2<")
def simultaneous_open_of_a_socket(family, port, hosts):
    client, d = made_server(family, port, hosts)
    d.say("< S 0")
    d.hear("server", "SA")
    d.say("< SA 0:1")
    wait_state(client, "ESTABLISHED")
    d.say("< FA 1:1")
    wait_state(client, "CLOSE_WAIT")
    d.hear("server", "A", ack=d.y + 2)
    client.close()
    d.hear("server", "FA")
    d.say("< A 2:2")


@shape("established simultaneous both: " + EST + " fin-1> fin-2< ack-2> ack-1<")
def simultaneous_close_of_a_socket(family, port, hosts):
    client, d = made_server(family, port, hosts)
    d.say("< SA 0:1")
    d.hear("server", "A")
    client.shutdown(socket.SHUT_WR)
    d.hear("server", "FA")
    d.say("< FA 1:1")
    d.hear("server", "A")
    wait_state(client, "CLOSING")
    d.say("< A 2:2")


@shape("refused null null: syn> rst<")
def refused_by_a_made_host(family, port, hosts):
    client, d = made_server(family, port, hosts)
    d.say("< RA 0:1")
    wait_state(client, "CLOSE")


@shape("aborted null null: syn> syn-ack< rst>")
def aborted_by_a_closed_socket(family, port, hosts):
    client, d = made_server(family, port, hosts)
    client.close()
    d.say("< SA 0:1")
    d.hear("server", "R")


@shape(BY_SERVER + "|" + BY_SERVER)
def port_out_of_time_wait(family, port, hosts):
    Pair(family, port).open(port).talk().close("server")
    Pair(family, port).open(port).talk().close("server")


@shape(ORDINARY, slow=True)
def half_close_held(family, port, hosts):
    p = Pair(family, port).open().talk()
    p.client.shutdown(socket.SHUT_WR)
    wait_state(p.client, "FIN_WAIT2")
    for _ in range(6):
        p.server.sendall(b"x" * 3000)
        time.sleep(0.5)
    p.server.close()
    while p.client.recv(65536):
        pass
    p.client.close()


@shape(ORDINARY, slow=True)
def keepalives(family, port, hosts):
    p = Pair(family, port).open()
    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
        p.client.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), 1)
    p.client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    time.sleep(4)
    p.close()


@shape(ORDINARY, slow=True)
def window_probes(family, port, hosts):
    p = Pair(family, port)
    p.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    p.open()
    p.client.setblocking(False)
    sent = 0
    end = time.monotonic() + 3
    while time.monotonic() < end:
        try:
            sent += p.client.send(b"x" * 4096)
        except BlockingIOError:
            time.sleep(0.1)
    p.client.settimeout(60)
    while sent:
        sent -= len(p.server.recv(65536))
    p.close()


@shape(ORDINARY, slow=True)
def idle_beyond_all_timeouts(family, port, hosts):
    p = Pair(family, port).open().talk()
    time.sleep(TIMEOUT + 4)
    p.talk().close()


# It has no end while a socket has it; a router does not know.
@shape(ORDINARY, slow=True,
       routed="established half-closed client: " + EST + " fin-1> ack-1< timeout<|"
       "midstream half-closed server: fin-1< ack-1> timeout>")
def half_closed_beyond_the_timeout(family, port, hosts):
    p = Pair(family, port).open().talk()
    p.client.shutdown(socket.SHUT_WR)
    wait_state(p.client, "FIN_WAIT2")
    time.sleep(TIMEOUT + 6)
    p.server.close()
    while p.client.recv(65536):
        pass


@shape("simultaneous simultaneous both: syn> syn-ack< fin-1> ack-2>",
       where="lo")
def connected_to_itself(family, port, hosts):
    s = make_socket("client", family, {4: "127.0.0.1", 6: "::1"}[family], port)
    s.connect(s.getsockname()[:2])
    s.sendall(b"hello")
    s.recv(5)
    s.close()


def made_shapes(family, hosts, expect):
    for i, made in enumerate(shapes_made.SHAPES):
        name, wanted, script = made[:3]
        x, y = made[3:] or (1000000 * i + 1000, 3000000000 + i)
        port = FIRST_MADE + i
        expect(port, name, wanted, EVERYWHERE)
        for n, part in enumerate(script.split("|")):
            Dialogue(hosts, family, port, port, x + n * 100000,
                     y + n * 200000).run(part)


def attempt(failed, function, *args):
    try:
        function(*args)
    except Exception:
        failed.append(function.__name__)
        traceback.print_exc()


def make_family(family, hosts, out, failed):
    """What takes long goes on after this, in the threads that are returned."""
    threads = []

    def expect(port, name, wanted, where):
        json.dump([family, port, name, wanted, where], out)
        out.write("\n")

    numbered = list(enumerate(shapes, FIRST_REAL))
    for port, (function, wanted, where, slow, routed) in numbered:
        name = function.__name__.replace("_", " ")
        expect(port, name, wanted, where)
        if routed:
            expect(port, name, routed, "middle")
        if slow:
            threads.append(threading.Thread(
                target=attempt, args=(failed, function, family, port, hosts)))
            threads[-1].start()
    for port, (function, _, _, slow, _) in numbered:
        if not slow:
            attempt(failed, function, family, port, hosts)
    attempt(failed, made_shapes, family, hosts, expect)
    return threads


def make(families, path):
    hosts = {place: Host(place) for place in ("client", "server")}
    failed, threads = [], []
    with open(path, "w", encoding="ascii") as out:
        for family in families:
            threads += make_family(int(family), hosts, out, failed)
    for thread in threads:
        thread.join()
    return bool(failed)


# --- checking ---

def told(conn):
    """A connection in the words of the shapes."""
    phases = {}
    for p in conn["phases"]:
        # What a host drops, it drops by its own rules: drops.sh asks for that.
        if p["phase"] == "drop":
            continue
        key = p["phase"] + ("><"[p["from"] == "server"])
        phases[key] = max(phases.get(key, 1), p["count"])
    words = [key + (str(n) if n > 1 else "") for key, n in phases.items()]
    outcome = [conn[key] or "null" for key in ("open", "close", "closed_by")]
    return "%s: %s" % (" ".join(outcome), " ".join(words))


def check(expected, path, netns, place):
    found = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            conn = json.loads(line)
            if conn["netns"] == netns:
                for port in {conn["server_port"], conn["client_port"]}:
                    found.setdefault((conn["family"], port), []).append(conn)
    bad = nr = 0
    with open(expected, encoding="ascii") as lines:
        for line in lines:
            family, port, name, wanted, where = json.loads(line)
            if place not in where.split() and not (
                    where == "lo" and place == "client"):
                continue
            conns = sorted(found.get((family, port), []), key=lambda c: c["ts"])
            got = "|".join(told(c) for c in conns)
            if "syn>n" in wanted:
                got = re.sub(r"syn>\d*", "syn>n", got)
            nr += 1
            if got != wanted:
                bad += 1
                print("%s: IPv%d: %s\n#   is     %s\n#   wanted %s" % (
                    place, family, name, got, wanted))
    print("# %s: %d shapes, %d differ" % (place, nr, bad))
    return bool(bad)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        TIMEOUT = int(sys.argv[4])
        sys.exit(make(sys.argv[2], sys.argv[3]))
    sys.exit(check(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]))
