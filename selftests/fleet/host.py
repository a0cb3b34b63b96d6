#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""host.py FOLDER MODULE: a host of the fleet, in a guest; see live.py.

Loads the module, and does what the files order.N in the folder say, one after the
other: what came of it is in answer.N then.
"""
import ctypes
import json
import mmap
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

FOLDER, MODULE = sys.argv[1:3]
RING = "/proc/net/synfin/ring"
HERE = os.path.dirname(os.path.realpath(__file__))
SYNFIN = os.path.join(HERE, "../../tools/synfin")
shipper = exporter = None


def make(port, count):
    """Connections that are closed; then as many that are refused, of the next port.

    Who makes them has a name that is hard to quote.
    """
    ctypes.CDLL(None).prctl(15, b'a"\\\n\xff\xc3}],')
    with socket.create_server(("127.0.0.1", port), backlog=64) as server:
        for _ in range(count):
            with socket.create_connection(("127.0.0.1", port)) as client:
                peer, _ = server.accept()
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                peer.recv(100)
                peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                peer.close()
                while client.recv(100):
                    pass
    for _ in range(count):
        try:
            socket.create_connection(("127.0.0.1", port + 1))
        except ConnectionRefusedError:
            pass


def secure(port, count):
    """Connections that speak TLS."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(FOLDER + "/cert.pem", FOLDER + "/key.pem")
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    theirs.check_hostname, theirs.verify_mode = False, ssl.CERT_NONE

    def serve(server):
        for _ in range(count):
            peer, _ = server.accept()
            with ours.wrap_socket(peer, server_side=True) as peer:
                peer.sendall(peer.recv(100))

    with socket.create_server(("127.0.0.1", port)) as server:
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        for _ in range(count):
            with theirs.wrap_socket(socket.create_connection(("127.0.0.1", port))) as c:
                c.sendall(b"hello")
                c.recv(100)
        thread.join()


def overflow(port):
    """A server that accepts nobody: its queue is full."""
    clients = [socket.socket() for _ in range(6)]
    with socket.create_server(("127.0.0.1", port), backlog=1):
        for client in clients:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        time.sleep(4)
        for client in clients:
            client.close()


def ship(*more):
    global shipper
    log = open(FOLDER + "/log", "ab")
    shipper = subprocess.Popen([SYNFIN, "ship", "--spool", FOLDER + "/spool",
                                "--interval", "1", *more], stdin=subprocess.DEVNULL,
                               stdout=log, stderr=log)
    while not os.path.exists(FOLDER + "/spool/place"):
        time.sleep(0.1)


def export():
    global exporter
    os.makedirs(FOLDER + "/state", exist_ok=True)
    exporter = subprocess.Popen([SYNFIN, "export", "--listen", ":9776", "--state",
                                 FOLDER + "/state"], stdin=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)


def crash_export():
    exporter.kill()
    exporter.wait()


def crash():
    shipper.kill()
    shipper.wait()


def end():
    shipper.send_signal(signal.SIGTERM)
    return shipper.wait(60)


def heads():
    """Of each ring: records that were written, and how many it holds."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + \
        [ctypes.c_long]
    fd = os.open(RING, os.O_RDONLY)
    try:
        text = ctypes.string_at(libc.mmap(None, 4096, mmap.PROT_READ,
                                          mmap.MAP_SHARED, fd, 0), 4096)
        head = struct.unpack_from("<QIIIIQQQQQ", text)
        cpus, rings, offset, stride, slots = head[3], head[4], head[5], head[6], head[7]
        size = [struct.unpack_from("<IIQ", text, 64 + 16 * k)[1] for k in range(rings)]
        text = ctypes.string_at(libc.mmap(None, slots, mmap.PROT_READ, mmap.MAP_SHARED,
                                          fd, 0), slots)
    finally:
        os.close(fd)
    return [(struct.unpack_from("<Q", text, offset + cpu * stride + 8 * k)[0], size[k])
            for cpu in range(cpus) for k in range(rings)]


def stats():
    with open("/proc/net/synfin/stats", encoding="ascii") as f:
        return {k: int(v) for k, v in (line.split() for line in f)}


WHAT = {f.__name__: f for f in (make, secure, overflow, ship, export, crash_export, crash, end, heads, stats)}


def looks_at_data():
    return "first_data" in subprocess.run(["modinfo", "-p", MODULE], check=False,
                                          capture_output=True, text=True).stdout


def main():
    more = ["first_data=1"] if looks_at_data() else []
    subprocess.run(["insmod", MODULE, "ring_records=1024", "linger_timeout=1", *more],
                   check=True)
    os.makedirs(FOLDER + "/spool", exist_ok=True)
    number = 0
    while True:
        name = f"{FOLDER}/order.{number}"
        while not os.path.exists(name):
            time.sleep(0.1)
        with open(name, encoding="ascii") as f:
            what, *arguments = json.load(f)
        with open(f"{FOLDER}/answer.part", "w", encoding="ascii") as f:
            json.dump(WHAT[what](*arguments), f)
        os.rename(f"{FOLDER}/answer.part", f"{FOLDER}/answer.{number}")
        number += 1


main()
