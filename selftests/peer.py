#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""peer.py WHAT: a client of the host, at the other end of a TUN device, that
stops in the middle. Says "done" when it has, and stays until it is killed.

	host [ tun  10.7.0.1/24, fd07::1/64 ] ---- 10.7.0.2, fd07::2: we

  syn     sends a SYN and never acknowledges the SYN-ACK
  late    the same, and acknowledges once a line comes from stdin
  fin     opens, closes its half, and never acknowledges the host's FIN
  rst     opens, sends a RST, and once a line comes the same RST again
"""
import os
import socket
import sys
import time

from tun import Device, packet, tcp

HOST, WE, PORT = "10.7.0.1", "10.7.0.2", 8000
# Another one each time: the host may remember the last.
OURS = 20000 + os.getpid() % 30000
ISN = 1000


class Client:
    def __init__(self, device):
        self.device = device
        self.seq, self.ack = ISN, 0

    def send(self, flags):
        self.device.send(packet(WE, HOST, tcp(
            OURS, PORT, seq=self.seq, ack=self.ack, flags=flags)))
        self.seq += "S" in flags or "F" in flags

    def hear(self, flags):
        heard = self.device.receive(lambda s: s.has(flags))
        if not heard:
            sys.exit(f"no {flags} came")
        self.ack = (heard.seq + ("S" in flags or "F" in flags)) & 0xFFFFFFFF

    def open(self):
        self.send("S")
        self.hear("SA")
        self.send("A")


def main():
    what = sys.argv[1]
    client = Client(Device("tun", [HOST + "/24", "fd07::1/64"]))
    server = socket.create_server((HOST, PORT))
    if what in ("syn", "late"):
        client.send("S")
        client.hear("SA")
    elif what == "fin":
        client.open()
        accepted = server.accept()[0]
        client.send("FA")
        accepted.recv(1)
        accepted.close()
        client.hear("FA")
    elif what == "rst":
        client.open()
        accepted = server.accept()[0]
        client.send("R")
    print("done", flush=True)
    if sys.stdin.readline():
        client.send("A" if what == "late" else "R")
        print("sent", flush=True)
    while True:
        time.sleep(1)


main()
