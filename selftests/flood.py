#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""flood.py ADDRESS COUNT: sends SYNs, each from a port of its own."""
import sys

from tun import checksum_tcp, ipv4, tcp
import socket

address, count = sys.argv[1], int(sys.argv[2])
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for n in range(count):
    segment = tcp(1024 + n, 80, seq=n, flags="S")
    segment = checksum_tcp("192.0.2.1", address, segment)
    out.sendto(ipv4("192.0.2.1", address, segment), (address, 0))
