"""People who do not exist: names as Malaysia knows them, and in every field a marker that is theirs alone.

A marker is a short word derived from seed, person and field. Found anywhere (a store, a mail, a partner), it says whose
data it was and which field it came from. The same seed makes the same people.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

MALAY_GIVEN = "Aisyah Farid Nurul Hafiz Siti Azlan Zainab Iskandar Aminah Rashid Salmah Faizal Noraini Kamal Latifah Syafiq".split()
MALAY_FATHER = "Rahman Ismail Abdullah Osman Yusof Hassan Ibrahim Salleh Mahmud Zakaria Bakar Idris".split()
CHINESE_FAMILY = "Tan Lim Lee Wong Ng Chan Ong Goh Teh Chong Low Yap".split()
CHINESE_GIVEN = "Wei Ling|Jia Hui|Kok Wai|Mei Fong|Zhi Hao|Siew Lan|Jun Jie|Pei Shan|Boon Keat|Li Ying|Chee Keong|Xin Yi".split(
    "|"
)
EUROPEAN_GIVEN = "Anna Lukas Chiara Mateusz Sofia Jens Elodie Pieter Ingrid Tomás Katarína Björn".split()
EUROPEAN_FAMILY = (
    "Weber Rossi Nowak Dubois Jansen Lindqvist Silva Horváth Novotná Müller Keller Sørensen".split()
)
LANGUAGES = {"malay": "ms", "chinese": "zh", "european": "en"}
STREETS = (
    "Jalan Ampang|Lorong Maarof|Jalan Bukit Bintang|Persiaran Gurney|Jalan Tun Razak|Lebuh Chulia".split("|")
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person; `marker` is the person's own, `marked(field)` that of one field."""

    number: int
    seed: int
    name: str
    origin: str
    language: str

    @property
    def marker(self) -> str:
        """Eight letters and digits that are this person's alone within the seed."""
        return _digest(self.seed, self.number, "person")

    def marked(self, field: str) -> str:
        """The marker of one field of this person."""
        return _digest(self.seed, self.number, field)

    @property
    def user_name(self) -> str:
        """A name to sign in with."""
        return f"{self.name.split()[0].lower().encode('ascii', 'ignore').decode() or 'user'}-{self.marked('user_name')}"

    @property
    def email(self) -> str:
        """An address in the mail room."""
        return f"{self.marked('email')}@people.example"

    @property
    def second_email(self) -> str:
        """Another address in the mail room."""
        return f"{self.marked('second_email')}@people.example"

    @property
    def password(self) -> str:
        """A password that meets ordinary rules."""
        return f"Pw-{self.marked('password')}-9"

    @property
    def phone(self) -> str:
        """A number of a block that is not given out."""
        return f"+60 3-5550 {int(self.marked('phone'), 36) % 10_000:04d}"

    @property
    def address(self) -> str:
        """A street with a house number that is the marker."""
        return f"{self.marked('address')}, {STREETS[self.number % len(STREETS)]}, Kuala Lumpur"

    def domain(self, number: int = 0) -> str:
        """A domain name to register."""
        return f"{self.marked(f'domain{number}')}.example"

    def id_number(self) -> str:
        """An identity number that no authority gave."""
        return f"SIM-{self.marked('id_number').upper()}"


def person(number: int, seed: int) -> Person:
    """The person of that number; a seed and a number always make the same one."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - seeded, to be the same again
    origin = chance.choices(("malay", "chinese", "european"), (5, 3, 2))[0]
    if origin == "malay":
        given = chance.choice(MALAY_GIVEN)
        link = "binti" if given in MALAY_GIVEN[::2] else "bin"
        name = f"{given} {link} {chance.choice(MALAY_FATHER)}"
    elif origin == "chinese":
        name = f"{chance.choice(CHINESE_FAMILY)} {chance.choice(CHINESE_GIVEN)}"
    else:
        name = f"{chance.choice(EUROPEAN_GIVEN)} {chance.choice(EUROPEAN_FAMILY)}"
    return Person(number, seed, name, origin, LANGUAGES[origin])


def people(seed: int, first: int = 0) -> Iterator[Person]:
    """Person after person, without end."""
    number = first
    while True:
        yield person(number, seed)
        number += 1


def _digest(seed: int, number: int, field: str) -> str:
    value = int.from_bytes(hashlib.sha256(f"{seed}|{number}|{field}".encode()).digest()[:8], "big")
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "".join(letters[(value >> (5 * place)) % 32] for place in range(9))
