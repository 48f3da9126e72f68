"""axle as a process of its own.

python -m examples.axle.company --data DIR --keys FILE --mail HOST:PORT --partners URL --postgres DSN [--port 0]
"""

from __future__ import annotations

import argparse
import logging
import secrets
from pathlib import Path

import django
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from examples.axle.company import frame, office, store
from examples.axle.company.careless import Careless, Post
from examples.axle.company.gate import Gate, gate
from examples.axle.company.lake import Lake
from examples.axle.company.lapses import APPLICANTS, EXPORT, JOINED, LATE, MINOR, SURVEY, Lapses
from examples.axle.company.mailing import Mailing
from examples.axle.company.partners import Partners
from examples.kit.process import ready, tied
from troth.client import KeyFile
from troth.client.django import Troth

HERE = Path(__file__).resolve().parent
TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
}
POLICY = HERE.parent / "text" / "en.md"


def company(data: Path, keys: KeyFile, post: Post, partners: str, dsn: str) -> frame.Company:
    """Put the company together."""
    store.found(dsn)
    site, careers, academy = (store.Store(dsn, trade) for trade in store.TRADES)
    resumes, others, lake = data / "resumes", Partners(partners), Lake(data / "lake")
    resumes.mkdir(parents=True, exist_ok=True)
    mailing, careless, lapses = (
        Mailing(site, others, post.site),
        Careless(dsn, lake, others, post),
        Lapses(site),
    )
    lapses.then(
        {
            APPLICANTS: careless.pick_applicants,
            JOINED: careless.join_visits,
            SURVEY: lambda on: careless.survey_everybody() if on else mailing.apologise(),
            LATE: careless.answer_late,
            MINOR: careless.type_in_sheet,
            EXPORT: careless.mail_abroad,
        }
    )
    text = POLICY.read_text(encoding="utf-8")
    return frame.Company(
        site, careers, academy, resumes, keys.url, keys.organisation, lake, lapses, careless, mailing, others, text
    )  # fmt: skip


def configure(opened: frame.Company, client: Gate, secret: str) -> None:
    """Django's settings, in code; and the guard, whose pages stand in the place of a view that may not run."""
    settings.configure(
        AXLE=opened, TROTH=client, GUARD=Troth(client, frame.subject_of, refused=_refused), SECRET_KEY=secret,
        ALLOWED_HOSTS=["*"], ROOT_URLCONF="examples.axle.company.urls", USE_TZ=True,
        MIDDLEWARE=["troth.client.django.Refusals", "examples.axle.company.frame.Front"], APPEND_SLASH=False,
        TEMPLATES=[TEMPLATES | {"DIRS": [str(HERE / "pages")]}],
        DATA_UPLOAD_MAX_MEMORY_SIZE=3_000_000, LOGGING_CONFIG=None,
    )  # fmt: skip
    django.setup()


def _refused(request: object, answer: object) -> object:
    return frame.page(request, "refused.html", 403, answer=answer)


def secret_of(data: Path) -> str:
    """The key by which forms and cookies are signed, made once; it stays with the company."""
    path = data / "secret"
    if not path.is_file():
        path.touch(0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii")


class Door(ThreadedWSGIServer):  # type: ignore[misc]
    """Many at once; where this machine is called what is asked of no name server."""

    daemon_threads = True
    request_queue_size = 100

    def server_bind(self) -> None:
        """Bind, without looking for a name."""
        self.allow_reuse_address = True
        super(ThreadedWSGIServer, self).server_bind()


def main() -> None:
    """Open for business."""
    parser = argparse.ArgumentParser(description="axle (simulation): engineers in Beijing and Germany.")
    parser.add_argument("--data", type=Path, required=True)
    for name in ("--keys", "--mail", "--partners", "--postgres"):
        parser.add_argument(name, required=True)
    parser.add_argument("--mailboxes", type=Path)
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    logging.getLogger("django").setLevel(logging.CRITICAL)
    args.data.mkdir(parents=True, exist_ok=True)
    # The port is needed for the links in mails, so the socket comes first and the site after it.
    server = Door(("127.0.0.1", args.port), WSGIRequestHandler)
    host, _, port = args.mail.partition(":")
    post = Post(host, int(port), f"http://127.0.0.1:{server.server_port}")
    keys = KeyFile.read(Path(args.keys))
    opened = company(args.data, keys, post, args.partners, args.postgres)
    configure(opened, Gate(keys), secret_of(args.data))
    office.hire()
    gate().open_books()
    server.set_app(get_wsgi_application())
    ready(port=server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main()
