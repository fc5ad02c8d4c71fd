"""Packages as of their own time: after when nothing that was published is considered.

``pandas==1.5.3`` of January 2023 asks for "numpy, at least 1.21" and means one of its time; with a
numpy of today it installs and dies at import. So pinned requirements are resolved as of the
newest pinned release plus thirty days. Knows rules and dates; asks nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from headrace.environments.request import is_pinned, requirement_name

GRACE = timedelta(days=30)
#: First releases of Python (its release schedules): before them nothing has wheels for it.
_RELEASED = {
    "3.8": date(2019, 10, 14),
    "3.9": date(2020, 10, 5),
    "3.10": date(2021, 10, 4),
    "3.11": date(2022, 10, 24),
    "3.12": date(2023, 10, 2),
    "3.13": date(2024, 10, 7),
    "3.14": date(2025, 10, 7),
}
_WHEELS_FOLLOW = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The moment after which nothing counts.

    Attributes:
        moment: ISO 8601 in UTC, or None for no cut-off.
        reason: Why, in words that follow "because"; empty when none was wanted.
    """

    moment: str | None
    reason: str = ""


def pins(requirements: Sequence[str]) -> tuple[str, ...]:
    """Return the requirements that name one version."""
    return tuple(requirement for requirement in requirements if is_pinned(requirement))


def cutoff_on(day: date) -> Cutoff:
    """Return the cut-off at the end of a day that the user chose."""
    moment = datetime.combine(day + timedelta(days=1), time(), UTC)
    return Cutoff(_text(moment), f"packages are resolved as of {day.isoformat()}, as set")


def cutoff_of(pinned: Sequence[str], uploaded: Mapping[str, tuple[str, str | None]]) -> Cutoff:
    """Return the cut-off that the pinned releases call for.

    Args:
        pinned: Requirements with ``==``.
        uploaded: Normalised name → version and upload time of what each pin means here. A pin
            whose marker leaves it out on this Python is missing.
    """
    times = {
        name: datetime.fromisoformat(found[1])
        for name in map(requirement_name, pinned)
        if name is not None and (found := uploaded.get(name)) is not None and found[1] is not None
    }
    if not times:
        return Cutoff(None, "the index does not tell when packages were published")
    newest = max(times, key=lambda name: (times[name], name))
    version = uploaded[newest][0]
    moment = min(times[newest], datetime.max.replace(tzinfo=UTC) - GRACE) + GRACE
    return Cutoff(
        _text(moment),
        f"{newest}=={version}, the newest of what is pinned, is of "
        f"{times[newest].date().isoformat()}",
    )


def first_with_wheels(python: str, cutoff: Cutoff) -> tuple[Cutoff, ...]:
    """Return later cut-offs to try where packages have no wheels for a Python that is younger.

    Args:
        python: Version without the patch level.
        cutoff: The one that was too early.
    """
    reason = f"older packages have no wheels for Python {python}"
    released = _RELEASED.get(python)
    if released is None or cutoff.moment is None:
        return ()
    usable = datetime.combine(released + _WHEELS_FOLLOW, time(), UTC)
    return (Cutoff(_text(usable), reason),) if _text(usable) > cutoff.moment else ()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
