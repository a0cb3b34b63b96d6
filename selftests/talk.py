#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A TCP server and a client, to be placed in namespaces.

talk.py serve ADDRESS...   on port 8000, until killed; what comes goes back
talk.py get ADDRESS...     one exchange with each; the client closes first
talk.py reset ADDRESS...   likewise; says "ready" before it resets each, and waits for a line
talk.py hold ADDRESS       a server and a client that leave it open, until killed
talk.py half ADDRESS       the same, but the client has closed its half
talk.py ping ADDRESS       100 connections, 50 bytes each way on each, one at a time
"""
import contextlib
import select
import signal
import socket
import struct
import sys

PORT = 8000


def listen(address, backlog=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, PORT), family=family, backlog=backlog)


def serve(addresses):
    servers = [listen(address, 16384) for address in addresses]
    while True:
        for server in select.select(servers, [], [])[0]:
            with server.accept()[0] as peer, contextlib.suppress(ConnectionResetError):
                while data := peer.recv(4096):
                    peer.sendall(data)


def exchange(peer):
    peer.sendall(b"hello")
    if peer.recv(5) != b"hello":
        sys.exit("no answer")


def get(addresses):
    for address in addresses:
        with socket.create_connection((address, PORT), timeout=60) as peer:
            exchange(peer)
            peer.shutdown(socket.SHUT_WR)
            while peer.recv(4096):
                pass


def reset(addresses):
    for address in addresses:
        with socket.create_connection((address, PORT), timeout=60) as peer:
            exchange(peer)
            print("ready", flush=True)
            sys.stdin.readline()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hold(addresses, half=False):
    with listen(addresses[0]) as server:
        with socket.create_connection((addresses[0], PORT)) as client:
            with server.accept()[0]:
                if half:
                    client.shutdown(socket.SHUT_WR)
                signal.pause()


def ping(addresses):
    for _ in range(100):
        with listen(addresses[0]) as server:
            with socket.create_connection((addresses[0], PORT)) as client:
                with server.accept()[0] as peer:
                    for end, other in [(client, peer), (peer, client)] * 50:
                        end.sendall(b"x")
                        other.recv(1)


signal.signal(signal.SIGTERM, signal.SIG_DFL)
if sys.argv[1] == "serve":
    serve(sys.argv[2:])
elif sys.argv[1] == "get":
    get(sys.argv[2:])
elif sys.argv[1] == "reset":
    reset(sys.argv[2:])
elif sys.argv[1] == "ping":
    ping(sys.argv[2:])
else:
    hold(sys.argv[2:], sys.argv[1] == "half")
