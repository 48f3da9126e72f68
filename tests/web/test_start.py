"""How the server starts: what no first page needs is loaded when it is first asked for, and then works."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.tidy.source import ROOT
from tests.web.kit import EXAMPLES, place
from troth.app.config import Home
from troth.db.migrate import RECORDS, known
from troth.vault.keystore import HISTORY

HEAVY = ("fastapi", "pydantic", "alembic", "numpy", "holidays", "chinese_calendar")
FIRST_PAGE = """
import json, sys
from pathlib import Path
from tests.web.kit import place
from troth.app.config import Home
import troth.cli.run
with place(Home.at(Path(sys.argv[1])), "counter") as at:
    page = at.see("/")
    loaded = [name for name in sys.argv[2:] if name in sys.modules]
    called = at.call("GET", "counter/policy")
    print(json.dumps([page.status, "Counter Trading" in page.text, loaded, called.status, "fastapi" in sys.modules]))
"""


def test_the_first_page_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    with place(Home.at(tmp_path), "counter"):
        pass
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAGE, str(tmp_path), *HEAVY],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == [200, True, [], 200, True]


def test_a_command_loads_no_other(tmp_path: Path) -> None:
    asked = (
        "import sys, troth.cli.main as m; m.main(['check', sys.argv[1]]); "
        "print(*(name in sys.modules for name in ('troth.web', 'sqlalchemy')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked, str(EXAMPLES / "counter")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "False False"


def test_migrations_are_known_by_the_names_of_their_files() -> None:
    for history in (RECORDS, HISTORY):
        config = Config()
        config.set_main_option("script_location", str(history.folder))
        scripts = list(ScriptDirectory.from_config(config).walk_revisions())
        assert known(history) == tuple(script.revision for script in reversed(scripts))
