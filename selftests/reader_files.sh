#!/bin/bash
# The reader's commands on files: what they show, what they refuse, and what they make.
# Needs neither the kernel module nor root.
here=$(dirname "$(readlink -f "$0")")
PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/env python3 "$here/reader_files.py" "$@"
