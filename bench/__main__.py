"""`python -m bench [NAME …] [--json]`: run the named benches, or all, and print their rows as a table or as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys

import bench
from bench.rows import Row


def names() -> list[str]:
    """Every bench there is: the modules of this folder that have `rows()`."""
    found = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.ispkg]
    return sorted(name for name in found if name not in {"__main__", "rows"} and _rows_of(name))


def main() -> int:
    """Run, print, and end with 1 when a goal was missed, 2 when a bench is unknown."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which benches; all when none is named")
    parser.add_argument("--json", action="store_true", help="print one list of rows as JSON")
    asked = parser.parse_args()
    known = names()
    unknown = sorted(set(asked.names) - set(known))
    if unknown:
        print(f"no bench named {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    rows = [row for name in asked.names or known for row in importlib.import_module(f"bench.{name}").rows()]
    print(json.dumps(rows, indent=2) if asked.json else table(rows))
    return 1 if any(row["met"] is False for row in rows) else 0


def table(rows: list[Row]) -> str:
    """The rows as aligned columns."""
    heading = ("name", "value", "unit", "peer", "peer value", "ratio", "goal", "met")
    cells = [heading, *(tuple(_cell(value) for value in row.values()) for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(heading))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells
    )


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return "-" if value is None else str(value)


def _rows_of(name: str) -> bool:
    return hasattr(importlib.import_module(f"bench.{name}"), "rows")


if __name__ == "__main__":
    sys.exit(main())
