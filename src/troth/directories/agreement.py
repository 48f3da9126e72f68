"""Build and text held against each other: every difference between what an app says of itself and what the policy declares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from troth.directories.manifest import Asked, Built, Manifest, Using, Word
from troth.kernel.findings import Findings, Place, did_you_mean
from troth.policies import Declared
from troth.policy.catalogue import Catalogue
from troth.policy.model import Feature, Point, Purpose

GROUPS: Final = {
    "location": ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "ACCESS_BACKGROUND_LOCATION"),
    "camera": ("CAMERA",),
    "microphone": ("RECORD_AUDIO",),
    "recording": ("RECORD_AUDIO", "CAPTURE_AUDIO_OUTPUT", "READ_CALL_LOG"),
    "contacts": ("READ_CONTACTS", "WRITE_CONTACTS", "GET_ACCOUNTS"),
    "storage": ("READ_EXTERNAL_STORAGE", "WRITE_EXTERNAL_STORAGE", "MANAGE_EXTERNAL_STORAGE"),
    "album": (
        "READ_MEDIA_IMAGES",
        "READ_MEDIA_VIDEO",
        "READ_MEDIA_VISUAL_USER_SELECTED",
        "READ_EXTERNAL_STORAGE",
    ),
    "sms": ("SEND_SMS", "READ_SMS", "RECEIVE_SMS"),
    "phone": ("CALL_PHONE", "READ_PHONE_STATE", "READ_PHONE_NUMBERS"),
    "calendar": ("READ_CALENDAR", "WRITE_CALENDAR"),
    "push": ("POST_NOTIFICATIONS",),
    "notification": ("POST_NOTIFICATIONS",),
    "network": (
        "INTERNET",
        "ACCESS_NETWORK_STATE",
        "ACCESS_WIFI_STATE",
        "CHANGE_WIFI_STATE",
        "CHANGE_NETWORK_STATE",
    ),
    "app": ("QUERY_ALL_PACKAGES",),
    "apps": ("QUERY_ALL_PACKAGES",),
    "bluetooth": ("BLUETOOTH_CONNECT", "BLUETOOTH_SCAN", "BLUETOOTH_ADVERTISE"),
    "sensor": ("BODY_SENSORS", "ACTIVITY_RECOGNITION"),
}
"""What the permissions of Android are about, in a word: used for an AndroidManifest.xml that stands alone, where nothing says which
point of the policy a permission is. A point is taken for it when its id holds the word."""
_PREFIX: Final = "android.permission."
_GRANTED: Final = frozenset(
    {"INTERNET", "ACCESS_NETWORK_STATE", "ACCESS_WIFI_STATE", "FOREGROUND_SERVICE", "VIBRATE", "WAKE_LOCK"}
)
"""Permissions that Android grants without asking anybody: one that the policy does not name is told of and refuses nothing."""


def compare(manifest: Manifest, declared: Declared, findings: Findings) -> None:
    """Name every difference."""
    _Comparison(declared.catalogue, findings).whole(manifest)
    built_for, header = manifest.policy, declared.bundle.header
    if built_for.text and built_for.text not in (declared.digest, header.version):
        findings.warning(
            "policy-older",
            built_for.place,
            f"The app was built for version {built_for.text}; version {header.version} is held against it.",
            "Build it anew for that version, and look at every other finding first.",
        )


def compare_android(asked: Iterable[Word], declared: Declared, findings: Findings) -> None:
    """The permissions of an AndroidManifest.xml alone, by what they are about."""
    points = [
        one.id for one in declared.catalogue.all(Point) if one.what in ("permission", "identifier", "sensor")
    ]
    for one in asked:
        if not _points_for(one.text, points):
            _undeclared(one, points, findings)


def held_against(asked: Iterable[Word], manifest: Manifest, findings: Findings) -> None:
    """Every permission of an AndroidManifest.xml must stand in the manifest it lies beside; and the other way round."""
    listed = {one.name.text for one in manifest.permissions}
    found = {one.text for one in asked}
    for one in asked:
        if one.text not in listed:
            help = f"List it under `permissions`, with its point. {did_you_mean(one.text, listed)}".rstrip()
            report = findings.note if one.text.removeprefix(_PREFIX) in _GRANTED else findings.error
            report("permission-unlisted", one.place, f"{one.text} is asked for and stands in no list.", help)
    for other in manifest.permissions:
        if other.name.text.startswith(_PREFIX) and other.name.text not in found:
            findings.warning(
                "permission-absent",
                other.name.place,
                f"{other.name.text} is listed and no build file asks for it.",
                "Take it out, or add the file.",
            )


class _Comparison:
    def __init__(self, catalogue: Catalogue, findings: Findings) -> None:
        self._catalogue, self._findings = catalogue, findings
        self._points = {one.id: one for one in catalogue.all(Point)}

    def whole(self, manifest: Manifest) -> None:
        """Everything in the build, and what the policy names and the build lacks."""
        asked = {point.id for one in manifest.permissions if (point := self._permission(one))}
        kits = {point.id for one in manifest.kits if (point := self._kit(one))}
        for using in manifest.alone:
            self._purpose(using)
        for point in self._points.values():
            if point.what == "permission" and point.id not in asked:
                self._absent("permission-unused", manifest.place, point, "the build never asks for it")
            if point.what == "sdk" and point.id not in kits:
                self._absent("kit-absent", manifest.place, point, "the build has no such kit")

    def _permission(self, asked: Asked) -> Point | None:
        point = self._found(asked.point, asked.name, ("permission", "identifier", "sensor"))
        if point is None:
            return None
        if asked.prompt.text and asked.prompt.text != point.prompt:
            said = point.prompt or "no moment"
            self._findings.error(
                "prompt-differs",
                asked.prompt.place,
                f"{point.id} is asked for at {asked.prompt.text}; the policy says {said}.",
                "Ask at the declared moment, or change the policy first.",
            )
        for feature in asked.features:
            if feature.text not in point.features:
                known = point.features or tuple(self._catalogue.ids(Feature.kind))
                self._findings.error(
                    "feature-differs",
                    feature.place,
                    f"{point.id} is not tied to '{feature.text}'.",
                    did_you_mean(feature.text, known),
                )
        self._takes(point, asked.reads, asked.name)
        return point

    def _kit(self, built: Built) -> Point | None:
        point = self._found(built.point, built.name, ("sdk",))
        if point is None:
            return None
        if not point.link:
            self._findings.warning(
                "link-missing",
                built.name.place,
                f"The policy gives no address of the rules of {point.id}.",
                "Add `link` to the point.",
            )
        elif built.link.text and built.link.text != point.link:
            self._findings.warning(
                "link-differs",
                built.link.place,
                f"The build names other rules of {point.id} than the policy does.",
                f"The policy says {point.link}.",
            )
        self._takes(point, built.sends, built.name)
        return point

    def _found(self, point: Word, name: Word, kinds: tuple[str, ...]) -> Point | None:
        known = [one.id for one in self._points.values() if one.what in kinds]
        if not point.text:
            guessed = _points_for(name.text, known)
            if len(guessed) == 1:
                return self._points[guessed[0]]
            _undeclared(name, known, self._findings)
            return None
        found = self._points.get(point.text)
        if found is None or found.what not in kinds:
            noun = "kit" if kinds == ("sdk",) else "permission"
            self._findings.error(
                f"{noun}-undeclared",
                point.place,
                f"The policy declares no {noun} '{point.text}' ({name.text}).",
                did_you_mean(point.text, known) or "Take it out of the build, or declare it first.",
            )
            return None
        return found

    def _takes(self, point: Point, uses: tuple[Using, ...], name: Word) -> None:
        taken: set[str] = set()
        for using in uses:
            purpose = self._purpose(using, data=False)
            if (
                purpose is not None
                and point.purposes
                and purpose.id not in self._catalogue.expand("purpose", point.purposes)
            ):
                self._findings.error(
                    "purpose-differs",
                    using.purpose.place,
                    f"{point.id} does not serve '{purpose.id}'.",
                    did_you_mean(purpose.id, point.purposes),
                )
            for one in using.data:
                taken.add(one.text)
                self._type(point, purpose, one)
        rest = [one for one in point.data if one not in taken]
        if rest and taken:
            self._findings.note(
                "type-unused",
                name.place,
                f"The policy lets {point.id} take {', '.join(rest)}; the build does not.",
                "A list that is longer than need be promises less than is true.",
            )

    def _type(self, point: Point, purpose: Purpose | None, one: Word) -> None:
        if one.text not in self._catalogue.ids("category"):
            self._findings.error(
                "type-unknown",
                one.place,
                f"The policy declares no category '{one.text}'.",
                did_you_mean(one.text, self._catalogue.ids("category")),
            )
        elif not self._catalogue.covers(point.data, one.text):
            self._findings.error(
                "type-undeclared",
                one.place,
                f"{point.id} takes '{one.text}', which is not on its list.",
                did_you_mean(one.text, point.data) or "Its list is empty: nothing may go through it.",
            )
        elif purpose is not None and not self._catalogue.covers((*purpose.data, *purpose.optional), one.text):
            self._findings.error(
                "type-beyond",
                one.place,
                f"'{purpose.id}' does not need '{one.text}'.",
                did_you_mean(one.text, (*purpose.data, *purpose.optional)),
            )

    def _purpose(self, using: Using, *, data: bool = True) -> Purpose | None:
        found = self._catalogue.get(Purpose, using.purpose.text)
        if found is None:
            self._findings.error(
                "purpose-undeclared",
                using.purpose.place,
                f"The policy declares no purpose '{using.purpose.text}'.",
                did_you_mean(using.purpose.text, self._catalogue.ids("purpose")),
            )
            return None
        for one in using.data if data else ():
            if not self._catalogue.covers((*found.data, *found.optional), one.text):
                self._findings.error(
                    "type-beyond",
                    one.place,
                    f"'{found.id}' does not need '{one.text}'.",
                    did_you_mean(one.text, found.data),
                )
        return found

    def _absent(self, code: str, place: Place, point: Point, why: str) -> None:
        self._findings.warning(
            code,
            place,
            f"The policy lists {point.id}, and {why}.",
            "Take it out of the policy, or out of doubt: a list that is too long is not true.",
        )


def _points_for(name: str, points: Iterable[str]) -> list[str]:
    short = name.removeprefix(_PREFIX)
    words = {word for word, names in GROUPS.items() if short in names}
    return [point for point in points if words & set(point.lower().replace("-", "_").split("_"))]


def _undeclared(one: Word, points: Iterable[str], findings: Findings) -> None:
    report = findings.note if one.text.removeprefix(_PREFIX) in _GRANTED else findings.error
    report(
        "permission-undeclared",
        one.place,
        f"{one.text} is asked for, and no point of the policy is about it.",
        f"Declared: {', '.join(sorted(points)) or 'none'}.",
    )
