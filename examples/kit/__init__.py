"""The kit: what a simulated company needs around it, good enough for tests of one's own.

People with planted markers, a mail room that really receives, partners who keep what they are sent, and processes
that end with whoever started them. It reaches the product only through `troth.client`.
"""

from __future__ import annotations

import sys

# httpx brings a program for the command line with it, and that brings colours, tables and parsers: 5 MB and half of its time to start,
# in each of a dozen small processes that type no commands.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # as the language has it: this cannot be had
