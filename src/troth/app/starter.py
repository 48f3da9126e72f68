"""A small policy that runs: what `troth new` writes, for its author to change."""

from __future__ import annotations

import re
from pathlib import Path

from troth.app.folders import bind_folder
from troth.kernel.errors import CallerError
from troth.kernel.findings import Findings

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")

POLICY = """\
# Whose policy this is. `troth check {name}` tells what is missing; docs/language.md explains every term.
policy: {name}
organisation: {{en: {title}}}
version: "1"
texts: [text/en.md]
languages: [en]
enforced: as_written

entities:
  company: {{clauses: ["1"], role: controller, name: {title}}}

categories:
  email: {{fields: [email]}}
  orders: {{fields: [order_number, article, amount]}}

purposes:
  deliver: {{clauses: ["2.1"], data: [email, orders], dpv: "dpv:ServiceProvision"}}
  newsletter: {{clauses: ["2.2"], data: [email], dpv: "dpv:Marketing"}}

consents:
  newsletter: {{clauses: ["2.2"], what: explicit, purposes: [newsletter], withdraw: [email]}}

grounds:
  contract: {{clauses: ["2.1"], acts: [collect, use, store], purposes: [deliver], basis: contract, needs: ["paper:contract"]}}
  agreed: {{clauses: ["2.2"], acts: [collect, use, store], purposes: [newsletter], basis: consent, needs: ["consent:newsletter"]}}

objections:
  newsletter: {{clauses: ["2.3"], purposes: [newsletter], at_once: yes, channels: [email]}}

rights:
  access: {{clauses: ["3"], what: access, routes: [email], within: 30 calendar_days, start: receipt}}
"""
TEXT = """\
# {title}: privacy policy

<!-- 1 -->1. {title} is responsible for the data described here.

2. What we use and why

<!-- 2.1 -->2.1 We use your address and your orders to deliver what you ordered.

<!-- 2.2 -->2.2 With your agreement we send you our newsletter.

<!-- 2.3 -->2.3 You can stop the newsletter whenever you like, and it stops at once.

<!-- 3 -->3. Ask us what we hold about you and you have an answer within thirty days.
"""


class FolderTaken(CallerError):
    """There is something already where the new policy would go."""


def new_policy(folder: Path) -> None:
    """Write a policy folder that compiles. Raises CallerError for an unusable name or a folder that is not empty."""
    name = folder.name
    if not _NAME.match(name):
        raise CallerError(
            f"'{name}' cannot name a policy.", "Use lower case letters, digits and '_', such as 'acme'."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(f"{folder} is not empty.", "Name a new folder.")
    title = name.replace("_", " ").title()
    (folder / "text").mkdir(parents=True, exist_ok=True)
    policy = POLICY.format(name=name, title=title)
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    (folder / "text" / "en.marks.md").write_text(TEXT.format(title=title), encoding="utf-8")
    bind_folder(folder, Findings())
