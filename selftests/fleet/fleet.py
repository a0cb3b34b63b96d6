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
    tests = sys.argv[1:] or ["prometheus", "scrape", "clickhouse", "live", "lines"]
    try:
        for name in tests:
            try:
                importlib.import_module(name).main()
            except Exception:  # pylint: disable=broad-except
                world.check(name, False, traceback.format_exc())
    finally:
        world.clean_up()
    world.finish()


main()
