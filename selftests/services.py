#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""services.py knock FIRST LAST | visit FIRST LAST TIMES: of each port of 127.0.0.1,

knock sends an ACK out of nothing; visit makes connections to a server that is there.
"""
import socket
import sys

from tun import checksum_tcp, ipv4, tcp

HERE = "127.0.0.1"
what, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

if what == "knock":
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for port in range(first, last):
        segment = checksum_tcp(HERE, HERE, tcp(999, port, seq=1, ack=1, flags="A"))
        out.sendto(ipv4(HERE, HERE, segment), (HERE, 0))
    sys.exit()
for port in range(first, last):
    with socket.create_server((HERE, port)) as server:
        for _ in range(int(sys.argv[4])):
            with socket.create_connection((HERE, port)) as client:
                peer, _ = server.accept()
                peer.close()
                client.recv(1)
