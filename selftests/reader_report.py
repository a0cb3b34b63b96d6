# SPDX-License-Identifier: GPL-2.0
"""Tests of pages and pictures: synfin report, synfin ladder --svg."""
import html.parser
import os
import re
import stat
import time
import xml.etree.ElementTree

from capture_make import MS, Ends, conversation, ethernet, pcap
from reader_lib import capture, has, run, same, several, test, tmp, write

VOID = ("meta", "link", "br", "hr", "img", "input")


class Page(html.parser.HTMLParser):
    """The page's elements, each closed by its own end; what it says; what it fetches."""

    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.ids, self.tags = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, f"not closed: {self.open}"
        same(len(self.ids), len(set(self.ids)), "names of elements, each once")

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        same(tag, self.open.pop(), "end of an element")

    def handle_data(self, data):
        self.words.append(data)

    def says(self):
        return " ".join(" ".join(self.words).split())


def page(*args):
    made = os.path.join(tmp, "report.html")
    run("report", *args, "-o", made)
    same(stat.S_IMODE(os.stat(made).st_mode), 0o600, "mode of the page")
    with open(made, encoding="utf-8") as file:
        return Page(file.read())


@test
def a_page_tells_what_came_of_connections():
    p = page("-r", several())
    says = p.says()
    for want in ("Connections of", "3 connections", "refused", "unanswered",
                 "10.0.0.2:80 (http)", "0 records lost", "median"):
        assert want in says, f"{want!r} is not in the page"
    same(sum(t == "article" for t, _ in p.tags), 3, "ladders")
    same([a for t, a in p.tags if t == "html"], [{"lang": "en"}], "language")


@test
def a_page_needs_no_network_and_no_scripts():
    for tag, attrs in page("-r", several()).tags:
        assert tag not in ("script", "iframe", "object", "embed", "img"), tag
        for name, value in attrs.items():
            assert not name.startswith("on"), name
            if name in ("href", "src", "action", "data", "xlink:href"):
                assert value.startswith("#") or value == "data:,", f"{name}={value}"


@test
def a_page_has_a_word_for_each_picture():
    p = page("-r", several())
    for tag, attrs in p.tags:
        if tag == "svg" and attrs.get("aria-hidden") != "true":
            same(attrs.get("role"), "img", "role of a picture")
            label = attrs.get("aria-labelledby")
            assert attrs.get("aria-label") or label in p.ids, attrs
            for word in attrs.get("aria-describedby", "").split():
                assert word in p.ids, attrs
        if tag in ("section", "figure", "article"):
            assert attrs["aria-labelledby"] in p.ids, (tag, attrs)
        if tag == "th":
            assert attrs.get("scope") in ("row", "col"), attrs
    tags = [t for t, _ in p.tags]
    same(tags.count("caption"), tags.count("table"), "tables, each with what it is of")
    levels = [int(t[1]) for t in tags if re.fullmatch("h[1-6]", t)]
    same(levels[0], 1, "the first heading")
    for above, below in zip(levels, levels[1:]):
        assert below <= above + 1, f"a heading of level {below} after one of {above}"


def links_lead_somewhere(p):
    for tag, attrs in p.tags:
        if tag == "a":
            assert attrs["href"][1:] in p.ids, attrs


@test
def names_from_elsewhere_are_text_in_a_page():
    name = "<script>alert(1)</script>\"'&\x1b\u202e.pcap"
    link = ethernet()
    same(name.count("/"), 1, "the name has a folder in it")
    os.makedirs(os.path.join(tmp, name.split("/", maxsplit=1)[0]), exist_ok=True)
    path = write(name, pcap([link(p) for p in conversation()]))
    p = page("-r", path)
    assert not any(tag == "script" for tag, _ in p.tags)
    has(p.says(), r"<script>alert\(1\)</script>\"'&")
    assert "\x1b" not in p.says() and "\u202e" not in p.says()


@test
def a_page_does_not_grow_with_the_connections():
    sizes = []
    for nr in (400, 4000):
        packets = []
        for i in range(nr):
            e = Ends(client=f"10.{i % 7}.0.1", cport=1024 + i, sport=1 + i % 999,
                     server=f"10.9.{i % 250}.2")
            packets += [e.up(0, None, "S"), e.down(0, 1, "RA" if i % 3 else "SA")]
        path = capture("many", packets)
        page("-r", path)
        sizes.append(os.path.getsize(os.path.join(tmp, "report.html")))
    assert sizes[1] < 1.3 * sizes[0] < 400_000, sizes


@test
def a_page_is_not_for_a_terminal_and_needs_a_name():
    has(run("report", "-r", several(), status=2).said, "report.html")
    done = run("report", "-r", several(), "-o", "-")
    Page(done.text)
    has(done.said, "3 connections")


@test
def a_page_of_nothing_says_so():
    p = page("-r", several(), "--port", "9")
    has(p.says(), "No connection has ended")
    links_lead_somewhere(p)


@test
def a_page_has_no_link_that_leads_nowhere():
    links_lead_somewhere(page("-r", several()))


@test
def a_page_of_several_files_says_so():
    one, two, three = several("one"), several("two"), several("three")
    has(page("-r", one, "-r", two, "-r", three).says(), f"of {one} and 2 more")
    with open(one, "rb") as file:
        run("report", "-r", "-", "-o", os.path.join(tmp, "report.html"), stdin=file)
    with open(os.path.join(tmp, "report.html"), encoding="utf-8") as file:
        has(Page(file.read()).says(), "Connections of standard input")


@test
def an_axis_names_what_it_ends_with():
    """A SYN that was sent again after a second: the longest handshake."""
    e = Ends()
    slow = [e.up(0, None, "S"), e.up(0, None, "S", window=8191), e.down(0, 1, "SA"),
            e.up(1, 1, "A")]
    run("report", "-r", capture("second", slow, step=350 * MS), "-r",
        capture("fast", conversation(Ends(cport=40001)), step=10_000),
        "-o", os.path.join(tmp, "report.html"))
    with open(os.path.join(tmp, "report.html"), encoding="utf-8") as file:
        axes = re.findall(r'<div class="axis" aria-hidden="true">(.*?)</div>', file.read())
    same(len(axes), 4, "axes of durations")
    for axis in axes:
        has(axis, '<span class="last" style="left:[0-9.]*%">1 s</span>', "the axis")


@test
def a_picture_is_one_document():
    done = run("ladder", "--svg", "-r", several())
    root = xml.etree.ElementTree.fromstring(done.text)
    svg = "{http://www.w3.org/2000/svg}"
    parts = root.findall(svg + "svg")
    same(len(parts), 3, "ladders")
    bottom = 0
    for part in parts:
        same(int(part.get("y")), bottom, "where it is")
        bottom += int(part.get("height"))
        same(part.get("role"), "img", "role of a ladder")
        assert part.find(svg + "title").text and part.find(svg + "desc").text
    same(int(root.get("height")), bottom, "the height of all")
    has("".join(root.itertext()), r"10\.0\.0\.1:40000 → 10\.0\.0\.2:80")
    same(len(xml.etree.ElementTree.fromstring(
        run("ladder", "--svg", "-n", "1", "-r", several()).text).findall(svg + "svg")),
        1, "ladders that were asked for")


@test
def a_span_past_midnight_names_both_days():
    """Two connections, an hour apart: from 23:30 on, and from noon on."""
    for seconds, days in ((23.5 * 3600, 2), (12 * 3600, 1)):
        first = int(time.mktime(time.strptime("2026-03-04", "%Y-%m-%d")) + seconds)
        path = capture("span", conversation() + conversation(Ends(cport=40009)),
                       step=300 * 10**9, start=first * 10**9)
        page = os.path.join(tmp, "span.html")
        run("report", "-r", path, "-o", page)
        with open(page, encoding="utf-8") as file:
            when = re.search(r'<p class="when">(.*?)<span>', file.read()).group(1)
        same(len(re.findall("March 2026", when)), days, when)


