#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A random mix of connections between two namespaces of shapes_world.sh.

	mix.py SECONDS SEED

Many at a time, both families; who closes, how, after how many bytes each way, and
whether anybody listens or answers, is drawn. Out: how many were begun.
"""
import random
import socket
import struct
import sys
import time

from shapes_world import REAL, make_socket

AT_A_TIME = 80
PORTS = range(8000, 8004)
CLOSED, SILENT = 8100, 8101
GIVE_UP = 15


class End:
    """One end: sends what it has to, reads, and closes in its way."""

    def __init__(self, sock, size, how):
        self.sock, self.left, self.how = sock, size, how
        self.done = self.eof = self.shut = False
        sock.setblocking(False)

    def turn(self):
        try:
            self.read()
            self.write()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.finish()

    def read(self):
        while not self.eof:
            try:
                self.eof = not self.sock.recv(65536)
            except BlockingIOError:
                break

    def write(self):
        while self.left:
            self.left -= self.sock.send(b"x" * min(self.left, 4096))
        if self.how == "reset":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack("ii", 1, 0))
            self.finish()
        elif self.eof or self.how == "close":
            self.finish()
        elif self.how == "shut" and not self.shut:
            self.sock.shutdown(socket.SHUT_WR)
            self.shut = True

    def finish(self):
        self.sock.close()
        self.done = True


class Mix:
    """All that is under way."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.listeners = []
        self.ends = []
        self.begun = 0
        for family in (4, 6):
            for port in PORTS:
                s = make_socket("server", family, REAL["server"][family], port)
                s.listen(256)
                s.setblocking(False)
                self.listeners.append(s)

    def draw(self):
        """How many bytes, and how it ends."""
        size = self.random.choices((0, 1, 100, 1460, 5000, 40000),
                                   (3, 3, 6, 4, 3, 1))[0]
        how = self.random.choices(("shut", "close", "wait", "reset"),
                                  (5, 3, 3, 1))[0]
        return size, how

    def begin(self):
        family = self.random.choice((4, 6))
        port = self.random.choices((self.random.choice(PORTS), CLOSED, SILENT),
                                   (30, 2, 1))[0]
        s = make_socket("client", family)
        s.setblocking(False)
        s.connect_ex((REAL["server"][family], port))
        end = End(s, *self.draw())
        end.born = time.monotonic()
        # Somebody must begin.
        if end.how == "wait" and self.random.random() < 0.5:
            end.how = "shut"
        self.ends.append(end)
        self.begun += 1

    def accept(self):
        for listener in self.listeners:
            try:
                while True:
                    end = End(listener.accept()[0], *self.draw())
                    if end.how == "wait":
                        end.how = "shut"
                    end.born = time.monotonic()
                    self.ends.append(end)
            except BlockingIOError:
                pass

    def turn(self, more):
        self.accept()
        now = time.monotonic()
        for end in self.ends:
            end.turn()
            if not end.done and now - end.born > GIVE_UP:
                end.finish()
        self.ends = [end for end in self.ends if not end.done]
        while more and len(self.ends) < 2 * AT_A_TIME:
            self.begin()
        time.sleep(0.002)


def main():
    mix = Mix(int(sys.argv[2]))
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        mix.turn(True)
    while mix.ends:
        mix.turn(False)
    print(mix.begun)


if __name__ == "__main__":
    main()
