"""When something that is done again and again was last done, for those who watch."""

from __future__ import annotations

from django.utils import timezone

from imc_portal.core.models import CheckRound


def note_round(name: str, *, place: str = "") -> None:
    """It was done now; `place` says what stands in its way, since when as long as that is the same."""
    now = timezone.now()
    same = CheckRound.objects.filter(name=name, place=place[:400]).exclude(place="")
    if same.update(ended_at=now):
        return
    values = {"place": place[:400], "began_at": now, "seen_at": now, "ended_at": now}
    CheckRound.objects.update_or_create(name=name, defaults=values)
