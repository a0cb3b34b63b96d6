#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What takes connections from many hosts: see scripts/check-fleet."""
import importlib
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import world  # noqa: E402


def main():
    tests = sys.argv[1:] or ["prometheus", "clickhouse", "lines"]
    for name in tests:
        try:
            importlib.import_module(name).main()
        except Exception:  # pylint: disable=broad-except
            world.check(name, False, traceback.format_exc())
    world.finish()


main()
