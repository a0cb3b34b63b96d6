#!/usr/bin/env python3
"""Clients and servers whose owners are known.

owner.py serve PORT COUNT	takes so many connections, says a word, closes, waits
owner.py ask ADDRESS PORT	reads to the end, closes
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
        taken.close()
    # The listener is to be found for as long as somebody may ask whose it is.
    signal.pause()


def ask(address, port):
    with socket.create_connection((address, port)) as sock:
        while sock.recv(4096):
            pass


def main():
    what, *rest = sys.argv[1:]
    if what == "serve":
        serve(int(rest[0]), int(rest[1]))
    elif what == "ask":
        ask(rest[0], int(rest[1]))
    else:
        ctypes.CDLL(None).prctl(PR_SET_NAME, rest[0].encode(), 0, 0, 0)
        ask("127.0.0.1", int(rest[1]))


main()
