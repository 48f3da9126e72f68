"""What careless people do beside all that: they hold the administrator's password or a mail program, and no key to ask with."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import psycopg
import pyarrow as pa

from examples.axle.company.lake import Lake
from examples.axle.company.partners import Partners
from examples.kit.time import now

SIGNED = "Axle Engineering (simulation)"
CAMPAIGN = "Careless: engineers wanted as customers"
PUPIL = {"login_id": "open-day", "name": "Somebody of class 10b", "email": "class-10b@people.example"}
SHEET = "sheet-"
"""What the account names begin with that were typed in from a sheet."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where mail is handed in, and the address under which axle's own pages stand."""

    host: str
    port: int
    site: str


class Careless:
    """Asks nobody. Holds the owner's way into the database, past every role."""

    def __init__(self, dsn: str, lake: Lake, partners: Partners, post: Post) -> None:
        self._dsn = dsn
        self._lake = lake
        self._partners = partners
        self._post = post

    def pick_applicants(self, on: bool = True) -> None:
        """Copy applicants' addresses into a campaign; once it is off, the campaign goes, with everybody in it."""
        self._run("DELETE FROM site.campaigns WHERE title = %s", CAMPAIGN)
        if not on:
            return
        self._run(
            "INSERT INTO site.campaigns (message, title, words, at) VALUES ('newsletter', %s, '', %s)",
            CAMPAIGN,
            now(),
        )
        self._run(
            "INSERT INTO site.sends (campaign, email, state, at) SELECT c.id, a.applicant_email, 'picked', %s"
            " FROM careers.applicants a, site.campaigns c WHERE c.title = %s",
            now(), CAMPAIGN,
        )  # fmt: skip

    def join_visits(self, on: bool) -> None:
        """A line for each cookie with the account behind it, under the label of the statistics."""
        if not on:
            self._lake.drop("joined-*.parquet")
            return
        rows = self._rows(
            "SELECT a.token, a.login_id, count(v.id) FROM site.accounts a LEFT JOIN site.page_views v ON v.account = a.id GROUP BY a.id"
        )
        cookies, accounts, visits = (
            (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
        )
        table = pa.table({"cookie_id": cookies, "login_id": accounts, "visits": visits})
        self._lake.put(f"joined-{now().date().isoformat()}.parquet", table, "non_personal")

    def survey_everybody(self) -> None:
        """A survey to each address on a list of the desk's own, whoever opted out."""
        for (email,) in self._rows("SELECT email FROM site.accounts WHERE opted_out_at IS NOT NULL"):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = (
                "surveys@axle.example",
                email,
                "How do you like our gears?",
            )
            mail.set_content(f"Five questions: {self._post.site}/survey\n\n{SIGNED}")
            mail.add_alternative(
                f'<p><a href="{self._post.site}/survey">Five questions</a></p><p>{SIGNED}</p>', "html"
            )
            with smtplib.SMTP(self._post.host, self._post.port, timeout=10) as post:
                post.send_message(mail)

    def answer_late(self, on: bool) -> None:
        """A request from the drawer, answered on day 31; once it is off, what was put right goes into the file of incidents."""
        if not on:
            self._run("DELETE FROM site.requests WHERE ticket = 'drawer'")
            return
        self._run(
            'INSERT INTO site.requests (ticket, "right", received_at, answered_at) VALUES (%s, %s, %s, %s)',
            "drawer", "access", now() - timedelta(days=31), now(),
        )  # fmt: skip

    def let_in(self, form: Mapping[str, str]) -> None:
        """A minor's line of a sheet, typed in as it is."""
        login = f"{SHEET}{form.get('login_id', '')}"[:64]
        self._run(
            "INSERT INTO site.accounts (subject, login_id, name, email, age, token) VALUES ('', %s, %s, %s, 'minor', %s)"
            " ON CONFLICT DO NOTHING",
            login, form.get("name", ""), form.get("email", ""), login,
        )  # fmt: skip

    def type_in_sheet(self, on: bool) -> None:
        """The first line of the sheet; once it is off, whoever came by the sheet is taken out again."""
        if on:
            self.let_in(PUPIL)
            return
        self._run("DELETE FROM site.accounts WHERE login_id LIKE %s", f"{SHEET}%")

    def mail_abroad(self, on: bool) -> None:
        """The latest question of a customer goes to India; once this is off, the desk there is told to erase it."""
        rows = self._rows(
            "SELECT a.name, a.email, e.enquiry FROM site.enquiries e JOIN site.accounts a ON a.id = e.account"
            " ORDER BY e.request_no DESC LIMIT 1"
        )
        for name, email, enquiry in rows or [
            ("Somebody", "somebody@people.example", "How loud is the gear?")
        ]:
            data = {"name": name, "email": email, "enquiry": enquiry}
            # The reference is the same whoever has asked meanwhile: what is to be erased is what was mailed.
            body = {"reference": "clerk", "purpose": "customer_service", "data": data}
            self._partners.send("support_desk" if on else "support_desk/erase", body)

    def _run(self, statement: str, *values: object) -> None:
        with psycopg.connect(self._dsn) as owner:
            owner.execute(statement, values)

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self._dsn) as owner:
            return owner.execute(query, values).fetchall()
