"""The kit's programs by one name: `python -m examples.kit year --company harbour` is `python -m examples.kit.year --company harbour`."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys

import examples.kit


def main() -> None:
    """Hand the rest of the command to the program that is named."""
    known = sorted(one.name for one in pkgutil.iter_modules(examples.kit.__path__) if one.name != "__main__")
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    program = importlib.import_module(f"examples.kit.{name}") if name in known else None
    if not hasattr(program, "main"):
        print(f"No program is called '{name}'. There are the modules {', '.join(known)}.", file=sys.stderr)
        raise SystemExit(2)
    sys.argv[:2] = [f"python -m examples.kit {name}"]
    program.main()  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
