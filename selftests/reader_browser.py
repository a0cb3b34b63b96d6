# SPDX-License-Identifier: GPL-2.0
"""Tests of the report in Chromium: at the width of a desk and of a phone, light and
dark, with scripts off, by keyboard, and as those get it told who do not see it."""
import os
import shutil

from browser import Browser
from capture_make import Ends, conversation
from reader_lib import Skip, capture, has, run, same, test, tmp

# The least contrast of words, and of what is drawn, with what is behind it: by the
# colours that the browser computes, as WCAG 2 defines it.
CONTRAST = r"""(() => {
const rgb = c => { const m = (c.match(/[\d.]+/g) || []).map(Number);
  return [m[0] || 0, m[1] || 0, m[2] || 0, m.length ? m[3] ?? 1 : 0]; };
const light = c => c.slice(0, 3).map(v => (v /= 255) <= .03928 ? v / 12.92 :
  ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const ground = e => { for (; e; e = e.parentElement) {
  const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] == 1) return c; }
  return [255, 255, 255, 1]; };
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
  return (x + .05) / (y + .05); };
const found = {};
const note = (kind, e, value) => { const name = kind + " " + e.tagName + " " +
  (e.className.baseVal ?? e.className); found[name] = Math.min(found[name] ?? 99, value); };
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let n; n = walk.nextNode();) {
  const e = n.parentElement, svg = e.closest("svg"), style = getComputedStyle(e);
  if (!n.data.trim() || e.closest("title, desc, .unseen, .skip")) continue;
  const pill = e.classList.contains("state") && svg.querySelector(".pill");
  note("text", e, ratio(rgb(svg ? style.fill : style.color),
    pill ? rgb(getComputedStyle(pill).fill) : ground(svg ? svg.parentElement : e))); }
for (const e of document.querySelectorAll("i, svg path")) {
  const style = getComputedStyle(e), svg = e.closest("svg");
  const colour = !svg ? style.backgroundColor :
    style.stroke == "none" ? style.fill : style.stroke;
  note("graphic", e, ratio(rgb(colour), ground((svg || e).parentElement))); }
return found; })()"""

# What the keyboard is at: its name, whether it is in sight, and whether that is shown.
AT = r"""(() => { const e = document.activeElement, r = e.getBoundingClientRect();
return [e.tagName, e.getAttribute("href") || e.getAttribute("aria-label") || e.textContent,
  r.width > 0 && r.left >= -1 && r.top >= -1 && r.top < innerHeight,
  getComputedStyle(e).outlineStyle != "none"]; })()"""


def all_kinds():
    """What opened, was refused, reset, unanswered and never acknowledged."""
    packets = []
    for i in range(4):
        packets += conversation(Ends(cport=41000 + i, sport=443))
        e = Ends(cport=42000 + i, sport=81)
        packets += [e.up(0, None, "S"), e.down(0, 1, "RA")]
        e = Ends(cport=43000 + i, sport=5432)
        packets += [e.up(0, None, "S"), e.down(0, 1, "SA"), e.up(1, 1, "A"),
                    e.down(1, 1, "RA")]
    e = Ends(cport=44000)
    packets += [e.up(0, None, "S", window=w) for w in (9000, 8999, 8998)]
    e = Ends(cport=45000)
    packets += [e.up(0, None, "S"), e.down(0, 1, "SA"), e.down(0, 1, "SA", window=8999)]
    e = Ends(cport=46000)
    packets += [e.up(0, None, "S"), e.down(0, 1, "SA"), e.up(1, None, "R")]
    return capture("kinds", packets, step=200_000_000)


def browse():
    if not shutil.which("chromium"):
        raise Skip("chromium is missing")
    made = os.path.join(tmp, "seen.html")
    run("report", "-r", all_kinds(), "-o", made)
    return made, Browser(os.path.join(tmp, "chromium"))


@test
def chromium_shows_the_page():
    made, browser = browse()
    with browser:
        for width in (1280, 390, 320):
            for dark in (False, True):
                browser.show(made, width, 844, dark)
                same(browser.complaints(), [], "complaints")
                wide = browser.measure("document.documentElement.scrollWidth")
                assert wide <= width, f"{wide} wide on a screen of {width}"
                picture = os.path.join(tmp, "page.png")
                assert browser.picture(picture) > 20_000, "an empty picture"


@test
def a_page_can_be_told_from_its_background():
    made, browser = browse()
    with browser:
        for dark in (False, True):
            browser.show(made, dark=dark)
            found = browser.measure(CONTRAST)
            same(sum(kind.startswith("text") for kind in found) > 20, True, "kinds of text")
            faint = {kind: value for kind, value in found.items()
                     if value < (4.5 if kind.startswith("text") else 3)}
            same(faint, {}, f"what is faint, {'dark' if dark else 'light'}")


@test
def a_page_tells_everything_to_those_who_do_not_see_it():
    made, browser = browse()
    with browser:
        browser.show(made)
        told = browser.tree()
    for role in ("figure", "article", "table", "image", "group", "region", "heading",
                 "link", "navigation"):
        names = [name for kind, name, _ in told if kind == role and role != "group"]
        assert all(names), f"{role} without a name: {names}"
        if role not in ("image", "heading", "article", "group"):
            same(len(names), len(set(names)), f"names of each {role}, {names}")
    headings = [(p["level"], name) for kind, name, p in told if kind == "heading"]
    for want in ((1, "Connections of "), (2, "Latency"), (3, "The close"),
                 (3, "Failures"), (2, "Slowest handshakes")):
        assert any(l == want[0] and n.startswith(want[1]) for l, n in headings), headings
    pictures = [name for kind, name, _ in told if kind == "image"]
    assert any("refused" in name for name in pictures), pictures


@test
def a_page_is_read_by_keyboard():
    made, browser = browse()
    with browser:
        browser.show(made, 1280, 700)
        browser.press("Tab")
        tag, name, seen, shown = browser.measure(AT)
        same((tag, name, seen, shown), ("A", "#main", True, True), "the first stop")
        browser.press("Enter")
        browser.press("Tab")
        same(browser.measure(AT)[0], "SUMMARY", "the first stop in the report")
        browser.press("Enter")
        assert browser.measure("document.activeElement.parentElement.open"), "not opened"
        stops = set()
        for _ in range(60):
            tag, name, seen, shown = browser.measure(AT)
            if tag == "BODY":
                break
            assert seen and shown, f"{tag} {name[:40]!r}: in sight {seen}, marked {shown}"
            stops.add(tag)
            browser.press("Tab")
        same(tag, "BODY", "after the last stop")
        same(stops, {"SUMMARY", "DIV"}, "stops")
        browser.show(made, 1280, 700)
        for _ in range(4):
            browser.press("Tab")
        browser.press("Enter")
        top = browser.measure("document.getElementById('latency').getBoundingClientRect().top")
        under = browser.measure("document.querySelector('nav').getBoundingClientRect().bottom")
        assert under <= top < 500, f"the section begins at {top}, below {under}"


@test
def labels_of_an_axis_do_not_touch():
    made, browser = browse()
    with browser:
        for width in (1280, 390):
            browser.show(made, width)
            wrong = browser.measure(r"""[...document.querySelectorAll(".axis")].flatMap(axis => {
                const frame = axis.parentElement.parentElement.getBoundingClientRect();
                const range = document.createRange();
                const at = [...axis.children].filter(e => e.textContent && e.offsetWidth)
                    .map(e => { range.selectNodeContents(e);
                        const r = range.getBoundingClientRect();
                        return [r.left, r.right, e.textContent]; })
                    .sort((a, b) => a[0] - b[0]);
                return at.filter((a, i) => a[0] < frame.left || a[1] > frame.right ||
                    i && at[i - 1][1] > a[0]); })""")
            same(wrong, [], f"labels in each other's way at {width}")
    with open(made, encoding="utf-8") as file:
        has(file.read(), 'class="axis')
