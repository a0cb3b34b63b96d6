#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What takes connections from many hosts: see scripts/check-fleet."""
import importlib
import os
import signal
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import world  # noqa: E402


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tests = sys.argv[1:] or ["prometheus", "lines", "clickhouse", "live", "scrape",
                             "minutes"]
    parts = {name: importlib.import_module(name) for name in tests}
    # What takes its time anyway begins now.
    steps = [p.begin for p in parts.values() if hasattr(p, "begin")]
    steps += [p.main for p in parts.values()]
    try:
        for step in steps:
            try:
                step()
            except Exception:  # pylint: disable=broad-except
                world.check(step.__module__, False, traceback.format_exc())
    finally:
        world.clean_up()
    world.finish()


main()
