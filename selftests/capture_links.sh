#!/bin/bash
# The reader on capture files, of each link type, cut short, and broken. Needs
# neither the kernel module nor root.
here=$(dirname "$(readlink -f "$0")")
PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/env python3 "$here/capture_links.py" "$@"
