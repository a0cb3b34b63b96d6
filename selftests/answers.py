#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A server that forgets a connection without a word, as one that has crashed does;
what the client then sends is answered by its kernel, with a RST of no socket.

    answers.py CLIENT_NAMESPACE SERVER_NAMESPACE ADDRESS
"""
import ctypes
import os
import socket
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
TCP_REPAIR = 19


def enter(name):
    with open(f"/run/netns/{name}", "rb") as namespace:
        if LIBC.setns(namespace.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), name)


def main():
    client_ns, server_ns, address = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    enter(server_ns)
    listener = socket.create_server((address, 8000), family=family)
    enter(client_ns)
    client = socket.create_connection((address, 8000), timeout=60)
    server = listener.accept()[0]
    server.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    server.close()
    client.sendall(b"are you there?")
    try:
        client.recv(1)
    except ConnectionResetError:
        os._exit(0)
    sys.exit("no RST")


main()
