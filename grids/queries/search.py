"""Finding an area by code, name, pinyin or initials: the region picker."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from grids.models import Area

LIMIT = 20


def search_areas(
    words: str, *, level: str = "", within: str = "", with_abolished: bool = False, limit: int = LIMIT
) -> list[Area]:
    """Areas that match ``words``, best first: code, name or pinyin from the beginning, then anywhere in the name,
    then by initials (``hbjd`` → 海北街道). ``within`` is a path; ``level`` a code. At most ``limit``, none for nothing.
    """
    words = " ".join(words.split()).lower()[:80]
    if not words or not words.isprintable():
        return []
    found: QuerySet[Area] = Area.objects.select_related("level")
    if not with_abolished:
        found = found.filter(abolished_on__isnull=True)
    if level:
        found = found.filter(level_id=level)
    if within:
        found = found.filter(path__startswith=within)
    joined = words.replace(" ", "")
    conditions = [
        Q(code=joined),
        Q(name__startswith=words) | Q(short_name__startswith=words) | Q(code__startswith=joined),
        Q(pinyin__startswith=joined),
        Q(name__contains=words),
        Q(pinyin__contains=f" {joined}"),
    ]
    score = Case(
        *(When(condition, then=Value(n)) for n, condition in enumerate(conditions)),
        default=Value(9),
        output_field=IntegerField(),
    )
    anywhere = conditions[0]
    for condition in conditions[1:]:
        anywhere |= condition
    return list(found.filter(anywhere).annotate(score=score).order_by("score", "level__rank", "code")[:limit])
