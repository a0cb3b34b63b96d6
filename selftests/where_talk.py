#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""One process that holds both ends of connections between network namespaces.

    where_talk.py [OPTION...] NAMESPACE CONNECT PORT LISTENER...

connects from NAMESPACE to each address of CONNECT (with commas between), PORT; a
LISTENER is NAMESPACE,ADDRESS,PORT, and "-" is the first namespace. For each
connection a line: the client's address and port, what it connected to, whom the
server saw, the server's address and port, who closed, and whether TCP sent
anything again.
"""
import argparse
import ctypes
import os
import select
import socket
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
IPPROTO_MPTCP = 262
PATIENCE = 300


def enter(name):
    path = "/proc/1/ns/net" if name == "-" else f"/run/netns/{name}"
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    if LIBC.setns(fd, 0x40000000):
        raise OSError(ctypes.get_errno(), name)
    os.close(fd)


def sent_again(name):
    enter(name)
    with open("/proc/thread-self/net/snmp", encoding="ascii") as file:
        names, values = [line.split() for line in file
                         if line.startswith("Tcp:")]
    return int(values[names.index("RetransSegs")])


def make(args, address, device):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM,
                         IPPROTO_MPTCP if args.mptcp else 0)
    sock.settimeout(PATIENCE)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                        device.encode())
    return sock


def listen(args, spec):
    name, address, port = spec.split(",")
    enter(name)
    sock = make(args, address, args.server_device)
    if ":" in address:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not args.dual)
    sock.bind((address, int(port)))
    sock.listen(16)
    return sock


def connect(args, address):
    enter(args.namespace)
    sock = make(args, address, args.client_device)
    if args.source:
        sock.bind((args.source, 0))
    sock.connect((address, args.port))
    return sock


def read_all(sock, nr):
    while nr:
        data = sock.recv(min(nr, 1 << 20))
        if not data:
            raise EOFError("closed too early")
        nr -= len(data)


def read_end(sock):
    if sock.recv(1):
        raise ValueError("more than was sent")


def serve(args, sock, closer):
    read_all(sock, args.bytes)
    sock.sendall(bytes(args.reply))
    if closer == "client":
        read_end(sock)
    sock.shutdown(socket.SHUT_WR)
    if closer == "server":
        read_end(sock)
    sock.close()


def plain(address):
    return f"{address[0].replace('::ffff:', '').partition('%')[0]} {address[1]}"


def talk(args, listeners, address, closer):
    client = connect(args, address)
    ready = select.select(listeners, [], [], PATIENCE)[0]
    server, who = ready[0].accept()
    server.settimeout(PATIENCE)
    line = " ".join(map(plain, (client.getsockname(), client.getpeername(),
                                who, server.getsockname())))
    thread = threading.Thread(target=serve,
                              args=(args, server, closer))
    thread.start()
    client.sendall(bytes(args.bytes))
    read_all(client, args.reply)
    while args.wait and not os.path.exists(args.wait):
        time.sleep(0.05)
    if closer == "server":
        read_end(client)
    client.shutdown(socket.SHUT_WR)
    if closer == "client":
        read_end(client)
    thread.join()
    client.close()
    return f"{line} {closer}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=int, default=5)
    parser.add_argument("--reply", type=int, default=7)
    parser.add_argument("--closer", default="client",
                        help="client, server or both, one after the other")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--wait", help="a file; the client closes once it is there")
    parser.add_argument("--source")
    parser.add_argument("--client-device")
    parser.add_argument("--server-device")
    parser.add_argument("--mptcp", action="store_true")
    parser.add_argument("--dual", action="store_true")
    parser.add_argument("namespace")
    parser.add_argument("connect")
    parser.add_argument("port", type=int)
    parser.add_argument("listeners", nargs="+")
    args = parser.parse_args()

    listeners = [listen(args, spec) for spec in args.listeners]
    names = {args.namespace, *(s.split(",")[0] for s in args.listeners)}
    before = sum(map(sent_again, names))
    closers = ("client", "server") if args.closer == "both" else (args.closer,)
    lines = [talk(args, listeners, address, closer)
             for address in args.connect.split(",")
             for closer in closers for _ in range(args.times)]
    again = sum(map(sent_again, names)) - before
    for line in lines:
        print(line, int(again > 0))


main()
