#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Forged segments in connections that are alive, in the world of shapes_world.sh.

	forgery.py FAMILIES		4, 6 or 46

Once both ends are hosts behind tuns, so that all three namespaces only forward; then
both are sockets, and a host behind the client's tun forges. A forgery is of one kind
a connection, a port of its own, and is followed by traffic and an ordinary close: the
witness must find four ways in each. Out: how many connections, and for each place
how often a counter must have counted at least.
"""
import collections
import socket
import sys

from shapes_world import (Dialogue, Host, MADE, REAL, listen, make_socket, packet,
                          wait_state)

PLACES = ("client", "middle", "server")
CLOSE = "> FA 11:21; < A 21:12; < FA 21:12; > A 12:22"
OPEN = "> S 0; < SA 0:1; > A 1:1; > PA 1:1+10; < A 1:11; < PA 1:11+20; > A 11:21;"
FAR = 1 << 30

# In an open connection: what is forged, and the counter. Between made hosts, where
# no socket says what it accepts, numbers must be far off, or be taken back.
ROUTED = [
    ("< R %d" % (21 + 2 * FAR), "forged_rst"),
    ("> R %d" % (11 - FAR), "forged_rst"),
    ("< RA %d:11" % (21 - 100000), "forged_rst"),
    ("< R 21", "taken_back"),
    ("> RA 11:21", "taken_back"),
    ("> R 10011", "taken_back"),
    ("> FA %d:21" % (11 + 2 * FAR), "forged_fin"),
    ("< FA %d:11" % (21 - 100000), "forged_fin"),
    ("> FA 1:21", "taken_back"),
    ("> S 777777", "-"),
    ("< S 777777", "-"),
    ("< SA 777777:1", "bad_ack"),
    ("< SA 0:999999", "bad_ack"),
    ("> SA 777777:888888", "bad_ack"),
]

# In a handshake that is under way: before the answer, and before the ACK.
OPENING = [
    ("> S 0", "< SA 0:2", "bad_ack"),
    ("> S 0", "< SA 0:0", "bad_ack"),
    ("> S 0", "< RA 0:777777", "forged_rst"),
    ("> S 0", "> R 777777", "forged_rst"),
    ("> S 0; < SA 0:1", "> A 1:777777", "bad_ack"),
    ("> S 0; < SA 0:1", "> A 1:0", "bad_ack"),
    ("> S 0; < SA 0:1", "< R 777777", "forged_rst"),
    ("> S 0; < SA 0:1", "> RA 777777:1", "forged_rst"),
    ("> S 0; < SA 0:1", "> FA 777777777:1", "forged_fin"),
]

# In a close that is under way.
CLOSING = [
    ("> FA 11:21", "< A 21:777777777", "not_awaited"),
    ("> FA 11:21", "< R %d" % (21 + 2 * FAR), "forged_rst"),
    ("> FA 11:21; < A 21:12", "< FA %d:12" % (21 + 2 * FAR), "forged_fin"),
    ("> FA 11:21; < A 21:12; < FA 21:12", "> FA 777777:22", "forged_fin"),
    ("> FA 11:21; < A 21:12; < FA 21:12", "> A 12:777777777", "not_awaited"),
    # A SYN is told as an attempt of its own, which nobody answers.
    ("> FA 11:21; < A 21:12; < FA 21:12", "> S 777777", "-"),
]


def rest_of(script, done):
    steps = [s.strip() for s in script.split(";") if s.strip()]
    return ";".join(steps[len([s for s in done.split(";") if s.strip()]):])


def made(family, hosts, wanted):
    """Forged between hosts behind tuns: three namespaces that forward."""
    port = 5000

    def dialogue():
        nonlocal port
        port += 1
        return Dialogue(hosts, family, port, port, x=port * 1000000,
                        y=3000000000 + port)

    def count(name):
        wanted.update((place, name) for place in PLACES if name != "-")

    for forged, counter in ROUTED:
        d = dialogue()
        d.run(OPEN)
        d.run(forged)
        if counter == "taken_back" and "R" in forged:
            d.run("> PA 11:21+10; < A 21:21; < PA 21:21+10; > A 21:31;")
            d.x, d.y = d.x + 10, d.y + 10
        d.run("> PA 11:21; < A 21:11")
        d.run(CLOSE)
        count(counter)
    for before, forged, counter in OPENING:
        d = dialogue()
        d.run(before)
        d.run(forged)
        d.run(rest_of(OPEN, before) + ";" + CLOSE)
        count(counter)
    for before, forged, counter in CLOSING:
        d = dialogue()
        d.run(OPEN + before)
        d.run(forged)
        d.run(rest_of(CLOSE, before))
        count(counter)
    for flags in ("S 777", "SA 0:1", "A 1:1", "RA 11:21", "FA 11:21"):
        d = dialogue()
        d.run(OPEN)
        d.say("> " + flags, bad=True)
        d.run(CLOSE)
        # An ACK that nothing awaits is not looked at.
        if flags != "A 1:1":
            count("bad_checksum")
    return port - 5000


class Victim:
    """A connection of two sockets, and its numbers."""

    def __init__(self, family, port):
        self.family, self.port = family, port
        self.listener = listen(family, port)
        self.client = make_socket("client", family, REAL["client"][family], port)
        self.client.connect((REAL["server"][family], port))
        self.server = self.listener.accept()[0]
        self.talk()

    def talk(self):
        self.client.sendall(b"x" * 10)
        self.server.recv(10)
        self.server.sendall(b"y" * 20)
        self.client.recv(20)

    def close(self):
        self.client.shutdown(socket.SHUT_WR)
        wait_state(self.client, "FIN_WAIT2")
        self.server.close()
        self.client.recv(1)
        self.client.close()
        self.listener.close()


def sniff(raw, port):
    """The numbers of the last segment from the client to that port."""
    last = None
    raw.setblocking(False)
    while True:
        try:
            data = raw.recv(65536)
        except BlockingIOError:
            break
        tcp = data[14 + (20 if data[14] >> 4 == 4 else 40):]
        if int.from_bytes(tcp[2:4], "big") == port and \
                int.from_bytes(tcp[:2], "big") == port and tcp[13] & 16:
            last = (int.from_bytes(tcp[4:8], "big"),
                    int.from_bytes(tcp[8:12], "big"))
    return last


# (flags, seq off, ack off, counter at the server)
LOCAL = [
    ("R", 1 << 31, 0, "forged_rst"),
    ("R", -1000, 0, "forged_rst"),
    ("R", 1000, 0, "-"),
    ("RA", 30000, 0, "-"),
    ("FA", 1 << 31, 0, "forged_fin"),
    ("FA", -1000, 0, "forged_fin"),
    ("FA", 0, 1 << 29, "forged_fin"),
    ("S", 777777, 0, "-"),
    ("SA", 777777, 777, "bad_ack"),
    ("A", 0, 1 << 29, "-"),
]


def sockets(family, hosts, wanted):
    """Forged by somebody on the path to a server that is a socket."""
    port = 6000
    raw = make_raw()
    for flags, seq, ack, at_server in LOCAL:
        port += 1
        victim = Victim(family, port)
        last = sniff(raw, port)
        hosts["client"].send(packet(
            REAL["client"][family], REAL["server"][family], port, port, flags,
            last[0] + seq, last[1] + ack))
        settle(hosts, family)
        victim.talk()
        victim.close()
        if at_server != "-":
            wanted["server", at_server] += 1
    port += 1
    victim = Victim(family, port)
    last = sniff(raw, port)
    for flags in ("R", "FA"):
        hosts["client"].send(packet(
            REAL["client"][family], REAL["server"][family], port, port, flags,
            last[0], last[1], bad=True))
    settle(hosts, family)
    victim.talk()
    victim.close()
    wanted["server", "bad_checksum"] += 2
    return port - 6000


def make_raw():
    """A tap on the client's link."""
    from shapes_world import Inside
    with Inside("client"):
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        raw.bind(("net0", 0))
    return raw


settled = [7000]


def settle(hosts, family):
    """What was sent before has arrived: a refused SYN follows it."""
    settled[0] += 1
    d = Dialogue(hosts, family, settled[0], 1, server=REAL["server"][family])
    d.say("> S 0")
    d.hear("client", "RA")


def main():
    hosts = {place: Host(place) for place in ("client", "server")}
    wanted = collections.Counter()
    nr = sum(make(int(family), hosts, wanted)
             for family in sys.argv[1] for make in (made, sockets))
    print("connections", nr, 0)
    for (place, name), least in wanted.items():
        print(place, name, least)


if __name__ == "__main__":
    main()
