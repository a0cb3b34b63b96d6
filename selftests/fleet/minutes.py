# SPDX-License-Identifier: GPL-2.0
"""A server that is away for minutes: the rows wait, while all other tests run."""
import time

from clickhouse import COUNT, Shard, ended, shipper
from world import capture, check, free_port, note, said, wait

AWAY = 130
begun = {}


def begin():
    shard = Shard("late", {"late": tuple(free_port() for _ in range(3))})
    source = capture("late.pcap", COUNT)
    begun["shard"] = shard
    begun["process"] = shipper("late", source, shard.url, "--database", "synfin")
    begun["at"] = time.monotonic()


def main():
    shard, process = begun["shard"], begun["process"]
    time.sleep(max(0, begun["at"] + AWAY - time.monotonic()))
    away = time.monotonic() - begun["at"]
    check("without a server, a shipper waits for minutes", process.poll() is None and
          wait(lambda: "records lost" in said(process)), said(process))
    shard.start()
    done = shard.load("schema.sql")
    status = ended(process)
    check("and sends all when there is one", not done.returncode and not status and
          shard.rows("late", "synfin") == COUNT and
          not shard.dropped("late", "synfin"),
          (status, said(process), done.stderr))
    note(f"the server was away for {away:.0f} s")
