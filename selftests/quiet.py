#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Connections on which nothing is said, and sockets that die without a segment.

quiet.py serve ADDRESS         on port 8000; what ends one half keeps the other
quiet.py idle|chat|half|busy ADDRESS [DEVICE]
                               connects, by a socket that is bound to the device; says
                               nothing, a byte now and then, closes its half, or says
                               3,000 bytes, one at a time, and then nothing

SIGUSR1 makes each send a byte on what it has; a socket whose byte nobody
acknowledges for a second is given up, and its file stays open: nothing is sent.
"""
import signal
import socket
import sys
import threading
import time

PORT = 8000
sockets = []


def mine(sock):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000)
    sockets.append(sock)
    return sock


def say(*_):
    for sock in sockets:
        try:
            sock.send(b"x")
        except OSError:
            pass


def drain(sock):
    try:
        while sock.recv(4096):
            pass
    except OSError:
        pass


def serve(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.create_server((address, PORT), family=family)
    while True:
        sock = mine(server.accept()[0])
        threading.Thread(target=drain, args=(sock,), daemon=True).start()


def connect(what, address, device=""):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    sock.connect((address, PORT))
    mine(sock)
    if what == "half":
        sock.shutdown(socket.SHUT_WR)
    if what == "busy":
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(3000):
            sock.send(b"x")
            time.sleep(0.001)
        print("said", flush=True)
    while True:
        time.sleep(0.3)
        if what == "chat":
            sock.send(b"x")


signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGUSR1, say)
if sys.argv[1] == "serve":
    serve(sys.argv[2])
else:
    connect(*sys.argv[1:])
