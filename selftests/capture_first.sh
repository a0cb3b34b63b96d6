#!/bin/bash
# The reader on captures as they are in the field: packets captured twice, in two places,
# out of order, by a wrong clock, in fragments. Needs neither the kernel module nor root.
here=$(dirname "$(readlink -f "$0")")
PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/env python3 "$here/capture_first.py" "$@"
