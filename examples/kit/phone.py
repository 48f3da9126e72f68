"""A headless phone with an app on it: permissions, identifiers, installed apps, a clipboard, kits that post to partners.

python -m examples.kit.phone --build FILE [--partners URL] [--lapse NAME …] [--http]

The app is what its build file says it is, and keeps to the reference client; each lapse goes round the client in one way. What
the phone itself saw is said line by line, whatever the app reports, so that it can stand as the harness of `troth conform`:
by lines on standard input and output, or with --http at an address that it prints.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import yaml

from examples.kit.process import ready, tied
from troth.client import Device

LAPSES = {
    "identifiers": "identifiers are read before anybody confirmed",
    "prompts": "every permission is asked for at the first start",
    "switch_off": "what a permission opened goes on after it was turned off",
    "function_off": "what a function collected goes on after it was turned off",
    "types": "a share kit takes the picture along that is shared",
    "clipboard": "the clipboard is read whenever the app comes to the front",
    "app_list": "a push kit takes the list of installed apps along",
    "restart": "the app starts again whenever it can",
}
Line = dict[str, Any]


@dataclass
class Phone:
    """What the operating system holds, and what it saw."""

    say: Callable[[Line], None]
    partners: str = ""
    granted: set[str] = field(default_factory=set)
    values: Mapping[str, str] = field(
        default_factory=lambda: {
            "imei": "490154203237518", "mac": "02:00:5e:00:53:01", "android_id": "9774d56d682e549c",
            "installed_apps": "mail, maps, chess", "clipboard_promotion": "promo-17", "gps_position": "39.90,116.40",
        }
    )  # fmt: skip

    def read(self, point: str, data: list[str], purpose: str) -> dict[str, str]:
        """Hand data out, and see that it was done."""
        self.say({"seen": {"kind": "read", "point": point, "data": data, "purpose": purpose}})
        return {one: self.values.get(one, f"a {one}") for one in data}

    def send(self, kit: str, data: list[str], purpose: str) -> None:
        """A kit sends something: to its vendor, where there is one to hear it."""
        self.say({"seen": {"kind": "send", "point": kit, "data": data, "purpose": purpose}})
        if self.partners:
            body = {"purpose": purpose, "data": {one: self.values.get(one, f"a {one}") for one in data}}
            sent = urllib.request.Request(f"{self.partners}/{kit}", json.dumps(body).encode())  # noqa: S310
            urllib.request.urlopen(sent, timeout=10).close()  # noqa: S310 - the address is the one it was started with

    def ask(self, point: str, moment: str, feature: str, granted: bool) -> bool:
        """Show a prompt."""
        said = "granted" if granted else "denied"
        seen = {"kind": "prompt", "point": point, "moment": moment, "feature": feature, "said": said}
        self.say({"seen": seen})
        if granted:
            self.granted.add(point)
        return granted

    def start(self, data: list[str], purpose: str) -> None:
        """Let the app start by itself."""
        self.say({"seen": {"kind": "use", "point": "", "data": data, "purpose": purpose}})


class Lines:
    """The server as a harness has it: reports are said as lines, answers come back as lines."""

    def __init__(self, say: Callable[[Line], None], hear: Callable[[], Line]) -> None:
        self._say, self._hear = say, hear
        self.now: Line = {}

    def start(self, said: Mapping[str, Any]) -> Line:
        """What may be done now."""
        return self.now

    def allowed(self, installation: str, version: str) -> Line | None:
        """What may be done now; None while it is as it was."""
        return None if self.now.get("version") == version else self.now

    def report(self, said: Mapping[str, Any]) -> Line:
        """Tell, and learn."""
        self._say({"report": list(said["entries"])})
        answer = self._hear()
        self.now = answer["allowed"]
        return answer


class App:
    """An app that does all its build says, whenever it may; and, with a lapse, a little more."""

    def __init__(self, build: Mapping[str, Any], phone: Phone, wire: Lines, lapses: frozenset[str]) -> None:
        self._build, self._phone, self._wire, self._lapses = build, phone, wire, lapses
        self._device = Device(wire, str(build["app"]), str(build["version"]))
        self._on: set[str] = set()
        self._ever: set[str] = set()
        """What was open at some time: a lapsing app keeps it in hand."""
        self._agreed = False

    def step(self, step: Line) -> None:
        """Take a step of the scenario."""
        self._wire.now = step.get("allowed", self._wire.now)
        verb: Callable[[Line], None] = getattr(self, f"_{step['do']}")
        verb(step)
        self._device.flush()

    def _start(self, step: Line) -> None:
        self._device.start(step.get("how", "person"))

    def _agree(self, step: Line) -> None:
        self._agreed = True
        self._device.confirm("explicit", "en")
        for one in self._build["permissions"]:
            if one.get("prompt") == "first_start" or ("prompts" in self._lapses and one.get("prompt")):
                self._prompt(one, "first_start", "", True)

    def _be(self, step: Line) -> None:
        self._device.is_a(step["class"], step["on"])

    def _switch(self, step: Line) -> None:
        (self._phone.granted.add if step["on"] else self._phone.granted.discard)(step["point"])
        self._device.switch(step["on"], point=step["point"])

    def _function(self, step: Line) -> None:
        (self._on.add if step["on"] else self._on.discard)(step["feature"])
        self._ever |= self._on
        self._device.switch(step["on"], feature=step["feature"])

    def _use(self, step: Line) -> None:
        feature = step["feature"]
        for one in self._build["permissions"]:
            if feature in one.get("features", ()):
                if one.get("prompt") == "first_use":
                    self._prompt(one, "first_use", feature, step["answer"] == "granted")
                self._reads(one, feature)
        if "types" in self._lapses and feature == "share_out":
            self._phone.send("sdk_wechat", ["chat_picture"], "share_out")

    def _pass(self, step: Line) -> None:
        for one in self._build["permissions"]:
            self._reads(one, "")
        for one in self._build["kits"]:
            self._sends(one)
        self._overstep()

    def _kill(self, step: Line) -> None:
        for name in step.get("classes", ()):
            self._device.is_a(name)

    def _wake(self, step: Line) -> None:
        for one in self._build.get("alone", ()):
            start = partial(self._phone.start, one["data"], one["purpose"])
            if "restart" in self._lapses:
                start()
            else:
                self._device.use(one["data"], one["purpose"], start)

    def _end(self, step: Line) -> None:
        """The scenario is over."""

    # --- what it does ------------------------------------------------------------------------------------------------

    def _prompt(self, one: Mapping[str, Any], moment: str, feature: str, granted: bool) -> None:
        def ask() -> bool:
            return self._phone.ask(one["point"], moment, feature, granted)

        if "prompts" in self._lapses and moment == "first_start" and one["prompt"] != moment:
            ask()
        else:
            self._device.ask(one["point"], moment, ask, feature)

    def _reads(self, one: Mapping[str, Any], feature: str) -> None:
        for use in one.get("reads", ()):
            for data in use["data"]:
                read = partial(self._phone.read, one["point"], [data], use["purpose"])
                self._device.read(one["point"], [data], use["purpose"], read, feature)

    def _sends(self, one: Mapping[str, Any]) -> None:
        kit = one["point"]
        for use in one.get("sends", ()):
            open = [data for data in use["data"] if self._device.may("send", kit, [data], use["purpose"])]
            if open:
                send = partial(self._phone.send, kit, open, use["purpose"])
                self._device.send(kit, open, use["purpose"], send)

    def _overstep(self) -> None:
        """What lapses do in the background."""
        if "identifiers" in self._lapses and not self._agreed:
            self._phone.read("device_identifiers", ["imei"], "device_binding")
        if "clipboard" in self._lapses and self._agreed:
            self._phone.send("sdk_baidu_statistics", ["clipboard_promotion"], "promotion_stats")
        if "app_list" in self._lapses and self._agreed:
            self._phone.send("sdk_aurora_push", ["installed_apps"], "push_chat")
        self._ever |= self._phone.granted
        if "switch_off" in self._lapses and "perm_camera" in self._ever and "photo" in self._on:
            self._phone.read("perm_camera", ["photo"], "take_photo")
        if (
            "function_off" in self._lapses
            and "dialling" in self._ever
            and "perm_phone" in self._phone.granted
        ):
            self._phone.read("perm_phone", ["dialled_number"], "dial_contact")


def lines_in() -> Iterator[Line]:
    """The lines of standard input."""
    for text in sys.stdin:
        yield json.loads(text)


def say(line: Line) -> None:
    """A line on standard output."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def by_lines(build: Mapping[str, Any], partners: str, lapses: frozenset[str]) -> None:
    """Stand as a harness on standard input and output."""
    steps = lines_in()
    app = App(build, Phone(say, partners), Lines(say, lambda: next(steps)), lapses)
    for step in steps:
        if step.get("do") == "end":
            return
        app.step(step)
        say({"done": True})


def by_http(build: Mapping[str, Any], partners: str, lapses: frozenset[str]) -> None:
    """Stand as a harness behind an address: what is said between two POSTs is the answer to the first."""
    heard: Queue[Line] = Queue()
    said: Queue[Line] = Queue()
    app = App(build, Phone(said.put, partners), Lines(said.put, heard.get), lapses)

    def live() -> None:
        while (step := heard.get()).get("do") != "end":
            app.step(step)
            said.put({"done": True})

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(line := json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0)))))
            out: list[Line] = []
            while line.get("do") != "end" and not (out and ("done" in out[-1] or "report" in out[-1])):
                out.append(said.get())
            data = json.dumps(out).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

    Thread(target=live, daemon=True).start()
    server = HTTPServer(("127.0.0.1", 0), Desk)
    ready(port=server.server_address[1])
    server.serve_forever()


def main() -> None:
    """Be a phone."""
    parser = argparse.ArgumentParser(description="A headless phone with an app on it.")
    parser.add_argument("--build", type=Path, required=True, help="the build file of the app")
    parser.add_argument("--partners", default="", help="address of the partners that kits post to")
    parser.add_argument("--lapse", action="append", choices=sorted(LAPSES), default=[])
    parser.add_argument("--http", action="store_true", help="stand behind an address instead of on lines")
    args = parser.parse_args()
    build = yaml.safe_load(args.build.read_text(encoding="utf-8"))
    if args.http:
        tied()
        by_http(build, args.partners, frozenset(args.lapse))
    else:
        by_lines(build, args.partners, frozenset(args.lapse))


if __name__ == "__main__":
    main()
