"""Days on which the institutions of the European Union in Brussels are closed, Monday to Friday, year by year.

The Commission decides them for each year (Staff Regulations, Article 61), about two years ahead, and the number of
days between Christmas and New Year changes: so a year is here only when its list has been read.
2023: Commission Decision of 25 May 2021 (2021/C 201 I/02). 2024: Decision of 17 November 2022 (2022/C 440/05).
2025: a secondary source only.
"""

from __future__ import annotations

from datetime import date, timedelta


def _days(year: int, *months: tuple[int, tuple[int, ...]]) -> frozenset[date]:
    return frozenset(date(year, month, day) for month, days in months for day in days)


def _year_end(year: int, first: int, last: int) -> frozenset[date]:
    span = (date(year, 12, first) + timedelta(days=n) for n in range(last - first + 1))
    return frozenset(span)


CLOSED: dict[int, frozenset[date]] = {
    2023: _days(
        2023, (1, (2,)), (4, (6, 7, 10)), (5, (1, 9, 18, 19, 29)), (7, (21,)), (8, (15,)), (11, (1, 2))
    )
    | _year_end(2023, 25, 29),
    2024: _days(2024, (1, (1, 2)), (3, (28, 29)), (4, (1,)), (5, (1, 9, 10, 20)), (8, (15,)), (11, (1,)))
    | _year_end(2024, 24, 31),
    2025: _days(2025, (1, (1, 2)), (4, (17, 18, 21)), (5, (1, 9, 29, 30)), (6, (9,)), (7, (21,)), (8, (15,)))
    | _year_end(2025, 24, 31),
}
