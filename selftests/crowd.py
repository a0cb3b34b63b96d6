#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Connections over loopback that stay open, until killed.

crowd.py COUNT one|many quiet|said PORT
    from one address, or each from one of its own; nothing is said on them, or a
    byte. Writes "done" when all are there.
"""
import resource
import signal
import socket
import sys

count, who, what, port = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_NOFILE, (3 * count + 100, 3 * count + 100))
ends = []
with socket.create_server(("127.0.0.1", port), backlog=1024) as server:
    for number in range(count):
        address = "127.0.9.9"
        if who == "many":
            address = f"127.1.{number >> 8}.{number & 255}"
        client = socket.create_connection(("127.0.0.1", port),
                                          source_address=(address, 0))
        peer = server.accept()[0]
        if what == "said":
            client.send(b"x")
            peer.recv(1)
        ends += [client, peer]
    print("done", flush=True)
    signal.pause()
