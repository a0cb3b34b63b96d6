#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""How many connections came to what: of a recording, or of the ring as it is now.

    outcomes.py [RECORDING]
"""
import collections
import ctypes
import sys

CONN = 2                        # SYNFIN_RECORD_CONN
OPENING, CLOSING = 64, 65       # their places in a record (synfin/records.h)

lib = ctypes.CDLL("libsynfin.so.1")
lib.synfin_open.restype = lib.synfin_next.restype = ctypes.c_void_p
lib.synfin_lost.restype = ctypes.c_uint64
for name in ("synfin_error", "synfin_open_name", "synfin_close_name"):
    getattr(lib, name).restype = ctypes.c_char_p

file = sys.argv[1].encode() if len(sys.argv) > 1 else None
reader = lib.synfin_open(file, 0)
if not reader:
    sys.exit(lib.synfin_error(None).decode())
reader = ctypes.c_void_p(reader)
outcomes = collections.Counter()
while record := lib.synfin_next(reader, -1):
    data = ctypes.string_at(record, 72)
    if data[0] == CONN:
        outcomes[lib.synfin_open_name(data[OPENING]).decode(),
                 lib.synfin_close_name(data[CLOSING]).decode()] += 1
error = lib.synfin_error(reader)
if error:
    print(error.decode(), file=sys.stderr)
for (opening, closing), number in outcomes.most_common():
    print(f"{number:8} {opening} {closing}")
print(f"{lib.synfin_lost(reader):8} records lost")
lib.synfin_close(reader)
