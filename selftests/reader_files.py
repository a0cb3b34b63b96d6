#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The reader's commands on files: what they show, what they refuse, what they make.

SYNFIN names the reader. TAP on stdout. With arguments, only the sub-tests whose
names have one of these in them.
"""
import sys

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position,unused-import
from reader_lib import main  # noqa: E402
import reader_browser  # noqa: E402,F401 their tests are among these
import reader_library  # noqa: E402,F401
import reader_live  # noqa: E402,F401
import reader_manual  # noqa: E402,F401
import reader_options  # noqa: E402,F401
import reader_output  # noqa: E402,F401
import reader_record  # noqa: E402,F401
import reader_recorder  # noqa: E402,F401
import reader_records  # noqa: E402,F401
import reader_report  # noqa: E402,F401
import reader_wrong  # noqa: E402,F401

main()
