"""What a careless suite does beside all that, as soon as a switch is turned; and how it is cleaned up. It asks nobody, and holds no key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from examples.desk.company import lapses
from examples.desk.company.house import Partners
from examples.desk.company.lapses import ABROAD
from examples.desk.company.objects import Objects
from examples.desk.company.store import EVERY, Store
from examples.desk.company.work import off_record
from examples.kit.time import now

PUSH: Final = "sdk_aurora_push"
APPS: Final = ["mail", "maps", "chess"]
STOPPED: Final = "SELECT DISTINCT ON (device) device, tenant, how FROM device_runs ORDER BY device, id DESC"
UNASKED: Final = (
    "DELETE FROM records r WHERE NOT EXISTS (SELECT 1 FROM functions f WHERE f.tenant = r.tenant AND f.function = r.function "
    "AND r.at >= f.since AND (f.until IS NULL OR r.at <= f.until)) "
    "AND r.function = 'field_track'"
)


class Careless:
    """Each of these is handed whether its lapse begins or ends."""

    def __init__(self, store: Store, stores: tuple[Objects, Objects], partners: Partners) -> None:
        self._store = store
        self._a, self._b = stores
        self._partners = partners

    @property
    def acts(self) -> dict[str, Callable[[bool], None]]:
        """What follows each switch."""
        return {
            lapses.APP_LIST: self.push, lapses.TEXT_IN_B: self.copy_texts, lapses.RESTART: self.wake,
            lapses.UNASKED_FUNCTION: self.track, lapses.CALL_ON_THREE: self.record_calls,
            lapses.ACROSS_TENANTS: self.open_all, lapses.BUCKET_ABROAD: self.replicate, lapses.BACKUP_AIM: self.tell_affiliate,
        }  # fmt: skip

    def push(self, on: bool) -> None:
        """A push for every device, with what is installed there; called back when it ends."""
        with self._store.within(EVERY) as rows:
            devices = rows.rows("SELECT id FROM devices")
        for one in devices:
            reference = f"push-{one['id']}"
            body = {"reference": reference, "purpose": "push_chat", "data": {"installed_apps": APPS}}
            self._partners.send(PUSH if on else f"{PUSH}/erase", body)

    def copy_texts(self, on: bool) -> None:
        """The texts so far go to store B; none of them stays there when it ends."""
        for key in (self._a if on else self._b).listed("chat/"):
            if key.endswith(".txt"):
                self._b.put(key, self._a.get(key)) if on else self._b.delete(key)

    def wake(self, on: bool) -> None:
        """Apps that were stopped by force start again by themselves."""
        with self._store.within(EVERY) as rows:
            if not on:
                rows.change("DELETE FROM device_runs WHERE how = 'itself'")
                return
            for one in rows.rows(STOPPED):
                if one["how"] == "force_stopped":
                    rows.put(
                        "device_runs", tenant=one["tenant"], device=one["device"], how="itself", at=now()
                    )

    def track(self, on: bool) -> None:
        """A track of somebody in each enterprise that never turned tracks on."""
        with self._store.within(EVERY) as rows:
            tenants = [one["id"] for one in rows.rows("SELECT id FROM tenants WHERE closed_at IS NULL")]
            if not on:
                rows.change(UNASKED)
        for tenant in tenants if on else ():
            with self._store.within(tenant) as rows:
                if person := rows.row("SELECT id FROM people LIMIT 1"):
                    off_record(rows, person["id"])

    def record_calls(self, on: bool) -> None:
        """Calls that could not be recorded are, by the line itself; when it ends, these recordings go."""
        with self._store.within(EVERY) as rows:
            if on:
                rows.change("UPDATE calls SET file = 'calls/line/' || id WHERE file = '' AND met = 3")
            for one in rows.rows("SELECT file FROM calls WHERE met < 4 AND file <> ''"):
                self._a.put(one["file"], b"a call") if on else self._a.delete(one["file"])
            if not on:
                rows.change("UPDATE calls SET file = '' WHERE met < 4")

    def open_all(self, on: bool) -> None:
        """An administrator's list of members opens everybody's; when it ends, what was seen is reported and struck from the log."""
        with self._store.within(EVERY) as rows:
            admin = rows.row("SELECT id, tenant FROM people WHERE role = 'administrator' ORDER BY id LIMIT 1")
            if on and admin:
                rows.members(admin["id"], admin["tenant"])
            elif not on:
                rows.change("DELETE FROM reads WHERE reader_tenant <> tenant")

    def replicate(self, on: bool) -> None:
        """The cloud disk is copied abroad; the copy goes when it ends."""
        for key in self._a.listed("disk/", "CN" if on else ABROAD):
            self._a.put(key, self._a.get(key), ABROAD) if on else self._a.delete(key, ABROAD)

    def tell_affiliate(self, on: bool) -> None:
        """The affiliate's own doing; desk only has the switch."""
        self._partners.send("affiliate_backup/told", {"new_aim": "profiling" if on else ""})
