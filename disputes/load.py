"""The room's reference data into its tables. Run again it brings changed files in; without ``overwrite`` rows that
are there stay as an administrator has left them."""

from __future__ import annotations

from django.db import models

from casework.clock import loader
from casework.models import LadderRung
from disputes import rules
from disputes.models.catalogue import LegalTerm, RiskFlag, TierRule


def load_reference(*, overwrite: bool = True) -> dict[str, int]:
    """Tiers, risk flags, statutory terms and ladders; counts by table."""
    found = rules.file()
    _upsert(TierRule, [TierRule(**row) for row in found["tiers"]], ["code"], overwrite)
    flags = [RiskFlag(rank=rank, **row) for rank, row in enumerate(found["flags"])]
    _upsert(RiskFlag, flags, ["code"], overwrite)
    terms = [LegalTerm(**row) for row in found["terms"]]
    _upsert(LegalTerm, terms, ["code"], overwrite)
    rungs = [
        LadderRung(ladder=ladder["code"], code=code, position=position, at_percent=percent, actions=actions, colour=colour)
        for ladder in found["ladders"] for position, (code, percent, actions, colour) in enumerate(ladder["rungs"])
    ]
    _upsert(LadderRung, rungs, ["ladder", "position"], overwrite)
    loader.forget()
    return {"tiers": len(found["tiers"]), "flags": len(flags), "terms": len(terms), "rungs": len(rungs)}


def _upsert(model: type[models.Model], rows: list, keys: list[str], overwrite: bool) -> None:
    if not overwrite:
        model.objects.bulk_create(rows, ignore_conflicts=True)
        return
    names = [f.name for f in model._meta.concrete_fields if f.name not in keys and f.name != "id"]
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=keys, update_fields=names)
