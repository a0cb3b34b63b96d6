#!/usr/bin/env python3
"""Clients and servers whose owners are known.

owner.py serve PORT COUNT	takes so many connections, says a word, closes, reads to the end
owner.py ask ADDRESS PORT	reads to the end, closes
owner.py try ADDRESS PORT SOURCE	sends a SYN, and one more
owner.py full PORT BACKLOG		listens, and accepts nobody
owner.py hold ADDRESS PORT COUNT [SOURCE]	opens so many at once, and waits; from a port;
					each says a byte for a SIGUSR1
owner.py flood ADDRESS PORT COUNT	sends so many SYNs, and waits for nothing
owner.py named NAME PORT	the same at 127.0.0.1, by a process of that name
"""
import ctypes
import signal
import socket
import sys

PR_SET_NAME = 15


def serve(port, count):
    server = socket.create_server(("::", port), family=socket.AF_INET6,
                                  dualstack_ipv6=True)
    for _ in range(count):
        taken, _ = server.accept()
        taken.sendall(b"a word\n")
        # What came unread at the close would be answered with a RST.
        taken.shutdown(socket.SHUT_WR)
        while taken.recv(4096):
            pass
        taken.close()
    # The listener is to be found for as long as somebody may ask whose it is.
    signal.pause()


def ask(address, port):
    with socket.create_connection((address, port)) as sock:
        while sock.recv(4096):
            pass


def attempt(address, port, source):
    try:
        socket.create_connection((address, port), timeout=1.6,
                                 source_address=(source, 0) if source else None)
    except OSError:
        pass


def full(port, backlog):
    with socket.create_server(("::", port), family=socket.AF_INET6, backlog=backlog,
                              dualstack_ipv6=True):
        signal.pause()


def hold(address, port, count, source=0):
    held = [socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            for _ in range(count)]
    for sock in held:
        sock.setblocking(False)
        sock.bind(("", source))
        sock.connect_ex((address, port))
    signal.signal(signal.SIGUSR1, lambda *_: [sock.send(b"x") for sock in held])
    while True:
        signal.pause()


def flood(address, port, count):
    for _ in range(count):
        with socket.socket() as sock:
            sock.setblocking(False)
            sock.connect_ex((address, port))


def main():
    what, *rest = sys.argv[1:]
    if what == "serve":
        serve(int(rest[0]), int(rest[1]))
    elif what == "try":
        attempt(rest[0], int(rest[1]), rest[2])
    elif what == "full":
        full(int(rest[0]), int(rest[1]))
    elif what == "hold":
        hold(rest[0], *map(int, rest[1:]))
    elif what == "flood":
        flood(rest[0], int(rest[1]), int(rest[2]))
    elif what == "ask":
        ask(rest[0], int(rest[1]))
    else:
        ctypes.CDLL(None).prctl(PR_SET_NAME, rest[0].encode(), 0, 0, 0)
        ask("127.0.0.1", int(rest[1]))


main()
