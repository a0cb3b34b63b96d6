#!/bin/bash
# The reader on situations that tools which watch TCP often get wrong, several of each
# kind, each as IPv4 and IPv6, with other numbers, in VLANs. Needs neither the kernel module
# nor root.
here=$(dirname "$(readlink -f "$0")")
PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/env python3 "$here/capture_kinds.py" "$@"
