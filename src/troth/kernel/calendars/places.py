"""Places with calendars of their own: the states of Malaysia, of the European Union and of Germany."""

from __future__ import annotations

from datetime import date

from troth.kernel.calendars.model import FRIDAY, SATURDAY, WESTERN_WEEK, Week

MALAYSIA: dict[str, str] = {
    "01": "Johor",
    "02": "Kedah",
    "03": "Kelantan",
    "04": "Melaka",
    "05": "Negeri Sembilan",
    "06": "Pahang",
    "07": "Pulau Pinang",
    "08": "Perak",
    "09": "Perlis",
    "10": "Selangor",
    "11": "Terengganu",
    "12": "Sabah",
    "13": "Sarawak",
    "14": "Kuala Lumpur",
    "15": "Labuan",
    "16": "Putrajaya",
}

_FRIDAY_WEEK = frozenset({FRIDAY, SATURDAY})
MALAYSIAN_WEEKS: dict[str, tuple[Week, ...]] = {
    "01": (Week(_FRIDAY_WEEK, until=date(2024, 12, 31)), *WESTERN_WEEK),
    "02": (Week(_FRIDAY_WEEK),),
    "03": (Week(_FRIDAY_WEEK),),
    "11": (Week(_FRIDAY_WEEK),),
}
"""The weekly rest where it is or was not Saturday and Sunday; Johor changed on 1 January 2025."""

MEMBER_STATES: dict[str, tuple[str, str]] = {
    "AT": ("Austria", "Europe/Vienna"),
    "BE": ("Belgium", "Europe/Brussels"),
    "BG": ("Bulgaria", "Europe/Sofia"),
    "CY": ("Cyprus", "Asia/Nicosia"),
    "CZ": ("Czechia", "Europe/Prague"),
    "DE": ("Germany", "Europe/Berlin"),
    "DK": ("Denmark", "Europe/Copenhagen"),
    "EE": ("Estonia", "Europe/Tallinn"),
    "ES": ("Spain", "Europe/Madrid"),
    "FI": ("Finland", "Europe/Helsinki"),
    "FR": ("France", "Europe/Paris"),
    "GR": ("Greece", "Europe/Athens"),
    "HR": ("Croatia", "Europe/Zagreb"),
    "HU": ("Hungary", "Europe/Budapest"),
    "IE": ("Ireland", "Europe/Dublin"),
    "IT": ("Italy", "Europe/Rome"),
    "LT": ("Lithuania", "Europe/Vilnius"),
    "LU": ("Luxembourg", "Europe/Luxembourg"),
    "LV": ("Latvia", "Europe/Riga"),
    "MT": ("Malta", "Europe/Malta"),
    "NL": ("Netherlands", "Europe/Amsterdam"),
    "PL": ("Poland", "Europe/Warsaw"),
    "PT": ("Portugal", "Europe/Lisbon"),
    "RO": ("Romania", "Europe/Bucharest"),
    "SE": ("Sweden", "Europe/Stockholm"),
    "SI": ("Slovenia", "Europe/Ljubljana"),
    "SK": ("Slovakia", "Europe/Bratislava"),
}
LAENDER = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
DECREED_YEARLY = {"BG", "HU", "LV"}
"""States whose government moves days off by a yearly decree."""
