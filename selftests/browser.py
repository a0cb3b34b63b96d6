# SPDX-License-Identifier: GPL-2.0
"""Chromium without a window: what it shows of a page, what it tells those who do not
see it, and what its keys do. It is spoken to by its pipe, a message before each NUL."""
import base64
import json
import os
import select
import shutil
import subprocess
import time


class Browser:
    """A page in Chromium, of a width and a height, with scripts of its own off."""

    def __init__(self, folder, patience=60):
        self.patience, self.number, self.rest, self.events = patience, 0, b"", []
        to_read, self.to = os.pipe()
        self.back, to_write = os.pipe()
        # It reads from descriptor 3, and writes to 4.
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec 3<&{to_read} 4>&{to_write} "$@"', "-",
             shutil.which("chromium"), "--headless", "--no-sandbox", "--disable-gpu",
             "--no-first-run", "--force-prefers-reduced-motion",
             f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.session = None
        target = next(t for t in self.ask("Target.getTargets")["targetInfos"]
                      if t["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=target["targetId"],
                                flatten=True)["sessionId"]
        for part in "Page", "Log", "Runtime", "Accessibility":
            self.ask(part + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)

    def hear(self, until):
        while b"\0" not in self.rest:
            if not select.select([self.back], [], [], max(0, until - time.monotonic()))[0]:
                raise subprocess.TimeoutExpired("chromium", self.patience)
            got = os.read(self.back, 1 << 20)
            if not got:
                raise OSError("chromium has gone")
            self.rest += got
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **params):
        """A method of the DevTools protocol, and its answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + self.patience
        while True:
            got = self.hear(until)
            if got.get("id") == self.number:
                assert "error" not in got, f"{method}: {got['error']}"
                return got["result"]
            self.events.append(got)

    def show(self, path, width=1280, height=900, dark=False, **media):
        """Opens a file; the page's own scripts do not run."""
        self.ask("Emulation.setScriptExecutionDisabled", value=True)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 600)
        media = {"prefers-color-scheme": "dark" if dark else "light", **media}
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": k, "value": v} for k, v in media.items()])
        self.events.clear()
        self.ask("Page.navigate", url=f"file://{path}")
        until = time.monotonic() + self.patience
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self.hear(until))

    def complaints(self):
        return [e["params"] for e in self.events
                if e.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown",
                                       "Runtime.consoleAPICalled")]

    def measure(self, expression):
        """What an expression of the test's says of the page."""
        got = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    def press(self, key, shift=False):
        code = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowDown": 40}[key]
        for kind in "rawKeyDown", "keyUp":
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                     windowsVirtualKeyCode=code, modifiers=8 if shift else 0)
            if kind == "rawKeyDown" and key == "Enter":
                self.ask("Input.dispatchKeyEvent", type="char", text="\r")

    def tree(self):
        """The accessibility tree: role, name, properties, of what is not ignored."""
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        return [(n["role"]["value"], n.get("name", {}).get("value", ""),
                 {p["name"]: p["value"].get("value") for p in n.get("properties", [])})
                for n in nodes if not n["ignored"]]

    def picture(self, path, whole=True):
        got = self.ask("Page.captureScreenshot", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(got["data"]))
        return os.path.getsize(path)
