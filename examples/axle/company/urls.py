"""Which page stands where. Django reads this by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.urls import path
from django.views.static import serve

from examples.axle.company.academy import ACADEMY_PAGES
from examples.axle.company.careers import CAREERS
from examples.axle.company.desk import DESK
from examples.axle.company.entry import ENTRY
from examples.axle.company.office import OFFICE
from examples.axle.company.own import OWN
from examples.axle.company.public import PUBLIC, nothing

STATIC = path("static/<path:path>", serve, {"document_root": str(Path(__file__).parent / "static")})
urlpatterns = [*PUBLIC, *ENTRY, *OWN, *CAREERS, *ACADEMY_PAGES, *OFFICE, *DESK, STATIC]


def handler404(request: Any, exception: Exception) -> Any:
    """As Django calls it."""
    return nothing(request)
