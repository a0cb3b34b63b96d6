#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Recordings of other versions: understood, or refused in one line.

Each version's reader, which versions.sh has built from the history, records the same
capture; each reads what each has recorded. TAP on stdout.
"""
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from reader_lib import (  # noqa: E402
    HERE, SYNFIN, Skip, main, same, several, test, tmp)

BUILT = os.path.join(HERE, "out", "versions")
# What every version says of a connection.
FIELDS = ("client", "client_port", "server", "server_port", "open", "close", "closed_by",
          "handshake_ns", "server_rtt_ns", "client_rtt_ns", "duration_ns", "syn_count",
          "syn_ack_count", "fin_count", "rst_count", "bytes_client", "bytes_server",
          "history", "completeness")


def readers():
    """Version and program, the oldest first; this one is the last."""
    older = {int(name): os.path.join(BUILT, name, "tools/synfin")
             for name in (os.listdir(BUILT) if os.path.isdir(BUILT) else [])}
    older = {n: path for n, path in older.items() if os.access(path, os.X_OK)}
    if not older:
        raise Skip("no older version was built: versions.sh build")
    return [*sorted(older.items()), (max(older) + 1, SYNFIN)]


def ask(program, *args):
    return subprocess.run([program, *args], capture_output=True, timeout=60, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)


def recorded(version, program):
    path = os.path.join(tmp, f"recorded-{version}")
    if not os.path.exists(path):
        done = ask(program, "record", "-r", several(), "-o", path)
        same(done.returncode, 0, f"recording by version {version}: {done.stderr}")
    return path


def connections(program, path):
    done = ask(program, "conns", "--json", "-r", path)
    same(done.returncode, 0, f"{program} on {path}: {done.stderr}")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return sorted([[conn[field] for field in FIELDS] +
                   [[phase["phase"] for phase in conn["phases"]]] for conn in found])


@test
def newer_readers_understand_older_recordings():
    all_of_them = readers()
    for i, (version, program) in enumerate(all_of_them):
        path = recorded(version, program)
        want = connections(program, path)
        same(len(want), 3, f"connections in a recording of version {version}")
        for later, reader in all_of_them[i + 1:]:
            same(connections(reader, path), want, f"version {version} read by {later}")


@test
def older_readers_refuse_newer_recordings_in_one_line():
    all_of_them = readers()
    for i, (version, program) in enumerate(all_of_them):
        for earlier, reader in all_of_them[:i]:
            done = ask(reader, "conns", "-r", recorded(version, program))
            same(done.returncode, 1, f"status of {earlier} on version {version}")
            same(len(done.stderr.splitlines()), 1, done.stderr)
            assert re.search(rf"version {version}\b.*version {earlier}\b", done.stderr), \
                done.stderr


main()
