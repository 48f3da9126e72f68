"""ID card and face: real pictures on disk while they are compared, a template for as long as the check takes, and then neither."""

from __future__ import annotations

import base64
import io

from PIL import Image, UnidentifiedImageError

from examples.gateway.company import acts
from examples.gateway.company.house import House
from examples.gateway.company.members import Members, Mistake, Visit
from examples.kit.time import now

POINT = "real_name_check"
ITEMS = {
    "id_card_check": "Scan my ID card",
    "face_check": "Take a picture of my face",
    "verifier_query": "Compare both with the body that I name below",
    "cn_pipl.sensitive": "Handle sensitive data of mine for this (PIPL, article 29)",
    "cn_pipl.share": "Let that body, which handles data for itself, have them (PIPL, article 23)",
}
"""Each is a consent of its own, and a box of its own."""
LARGEST = (1200, 1200)
KINDS = ("JPEG", "PNG")


def picture(data: bytes) -> bytes:
    """A picture as PNG, without whatever else its file said. Raises Mistake."""
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as opened:
            opened.thumbnail(LARGEST)
            kept = io.BytesIO()
            opened.convert("RGB").save(kept, "PNG")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as problem:
        raise Mistake("That is no picture. Send a PNG or a JPEG.") from problem
    return kept.getvalue()


def template(face: bytes) -> str:
    """What a face is compared by: sixty-four shades of grey. Nobody would be recognised by it, and it stands for what would."""
    with Image.open(io.BytesIO(face)) as opened:
        return base64.b64encode(opened.convert("L").resize((8, 8)).tobytes()).decode()


class Identity:
    """Checks of who somebody is. `careless` keeps what ought to go."""

    def __init__(self, house: House, members: Members) -> None:
        self._house, self._store, self._members = house, house.store, members
        self._folder = house.data / "checks"
        self._folder.mkdir(parents=True, exist_ok=True)

    def sweep(self) -> None:
        """Checks that were cut off are over, and nothing stays of them."""
        for check in self._store.find("verifications", result="pending"):
            self._end(check["id"], "interrupted", keep=False)

    def check(
        self, visit: Visit, form: dict[str, str], agreed: list[str], files: dict[str, bytes], *, keep: bool
    ) -> str:
        """Record what was agreed to, each by itself; take the pictures if that is permitted; have them compared; let go of them."""
        self._members.welcome(visit.subject, POINT, "identity_service")
        for item in ITEMS:
            self._members.say(visit.subject, item, "given" if item in agreed else "refused")
        card, face = picture(files.get("card", b"")), picture(files.get("face", b""))
        self._house.troth.must(visit.subject, acts.CHECK_RECORDS, acts.FACE, acts.CARD, acts.RESULT)
        id = self._store.put(
            "verifications", member=visit.number, verifier=form.get("verifier", ""), check_time=now().isoformat(),
            check_scenario="real_name", check_attempts=1, result="pending", face_template=template(face),
        )  # fmt: skip
        for what, data in (("card", card), ("face", face)):
            (self._folder / f"{id}-{what}.png").write_bytes(data)
        said = {"verifier": form.get("verifier", ""), "number": form.get("id_number", "")}
        result = "refused"
        try:
            shown = {"document": base64.b64encode(card).decode(), "face": base64.b64encode(face).decode()}
            result = self._house.troth.ask("accounts/real-name", session=visit.session, **said, **shown)[
                "result"
            ]
        finally:
            self._end(id, result, keep=keep)
        return str(result)

    def forget(self, member: str) -> None:
        """A member is gone: so is whatever was kept of their checks."""
        for check in self._store.mine("verifications", member):
            self._unlink(check["id"])
        self._store.drop("verifications", member=member)

    def forget_kept(self) -> None:
        """What was kept of checks that are over goes."""
        for check in self._store.find("verifications"):
            if check["result"] != "pending":
                self._end(check["id"], check["result"], keep=False)

    def _end(self, id: int, result: str, *, keep: bool) -> None:
        if not keep:
            self._unlink(id)
        self._store.change(
            "verifications",
            id,
            *(() if keep else ("face_template",)),
            result=result,
            done_at=now().isoformat(),
        )

    def _unlink(self, id: int) -> None:
        for file in self._folder.glob(f"{id}-*.png"):
            file.unlink()
