# SPDX-License-Identifier: GPL-2.0
"""Tests of the library, by the examples that come with it."""
import os
import shutil
import subprocess
import sys

from reader_lib import Skip, find_above, has, run, same, several, test, tmp, write

PLACE = os.path.join(tmp, "library")


def installed():
    """Where the library is, as make install puts it."""
    tools = os.path.dirname(find_above("tools/Makefile"))
    if not shutil.which("make") or not shutil.which("cc") or not os.path.isdir(tools):
        raise Skip("the source, make or cc is missing")
    if not os.path.isdir(PLACE):
        subprocess.run(["make", "-s", "-C", tools, "install-library", f"DESTDIR={PLACE}",
                        "PREFIX=/usr", "LIBDIR=/usr/lib"], check=True)
    return os.path.join(PLACE, "usr")


def said(*command):
    return subprocess.run(
        command, capture_output=True, check=False, timeout=30,
        env={**os.environ, "LD_LIBRARY_PATH": os.path.join(installed(), "lib")})


def recordings():
    for name in ("plain", "packed.zst"):
        made = os.path.join(tmp, name)
        run("record", "-q", "-r", several(), "-o", made)
        yield made


@test
def a_program_in_c_reads_recordings():
    place, program = installed(), os.path.join(tmp, "failures")
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "libsynfin"], check=True, capture_output=True,
        env={**os.environ, "PKG_CONFIG_SYSROOT_DIR": PLACE,
             "PKG_CONFIG_LIBDIR": os.path.join(place, "lib/pkgconfig")}).stdout.decode()
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", find_above("contrib/examples/failures.c"),
                    "-o", program, f"-I{place}/include", f"-L{place}/lib", *flags.split()],
                   check=True)
    for made in recordings():
        done = said(program, made)
        same(done.returncode, 0, "exit status")
        text = done.stdout.decode()
        has(text, r"10\.0\.0\.1 port 40001 to 10\.0\.0\.2 port 81: refused")
        has(text, r"2001:db8::7 port 57404 to 2001:db8::2 port 443: unanswered")
        same(len(text.splitlines()), 3, "lines")
    with open(next(recordings()), "rb") as file:
        other = b"x" * 8 + file.read()[8:]
    for name, want in (("/nowhere", "no such file"), (several(), "is no recording"),
                       (write("other", other), "is no recording")):
        done = said(program, name)
        same(done.returncode, 1, "exit status")
        same(len(done.stderr.splitlines()), 1, "lines of what is wrong")
        has(done.stderr.decode(), want, name)


@test
def a_program_in_python_reads_recordings():
    for made in recordings():
        text = said(sys.executable, find_above("contrib/examples/outcomes.py"),
                    made).stdout.decode()
        for want in ("1 established four-way", "1 refused none", "1 unanswered none",
                     "0 records lost"):
            assert want in text, text


@test
def the_library_shows_its_own_names_only():
    names = subprocess.run(["nm", "-D", "--defined-only", "--format=posix",
                            os.path.join(installed(), "lib/libsynfin.so.1")],
                           check=True, capture_output=True).stdout.decode()
    for line in names.splitlines():
        has(line.split("@")[0].split()[0], "^(synfin_|LIBSYNFIN_)")
