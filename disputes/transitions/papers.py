"""出具文书: composed out of the file, numbered, kept in versions; the signed scan joins the file."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from casework import numbers
from casework.actor import Actor
from casework.door import MoveRefused, missing, moving
from casework.models import StoredFile
from disputes import wall
from disputes.models import Dispute, Evidence, Paper, PaperText, Session
from disputes.papers import filling
from disputes.workflow import do
from grids.scope import SHANGHAI

SERIES = "disputes.papers"


def issue(
    dispute: Dispute, *, kind: str, actor: Actor, at: datetime, session: Session | None = None,
    seen_version: int | None = None,
) -> Paper:
    """出具: a new version of this paper of the dispute (of this session); the number stays. What is missing is named on
    the paper and in the row, and holds nothing up: a form can be completed by hand.

    Raises ``invalid`` for an unknown kind, ``forbidden`` for whoever may not read the narrative.
    """
    if kind not in Paper.Kind.values:
        raise missing(kind=_("没有这种文书"))
    with moving(dispute, do.issue, actor=actor, at=at, seen_version=seen_version) as passage:
        locked = passage.case
        before = Paper.objects.filter(dispute=locked, kind=kind, session=session).order_by("-version").first()
        number = before.number if before else _number(at)
        with wall.opened(locked, actor=actor, at=at, fields=("paper",), reason=_("出具文书"), act="print"):
            html, absent = filling.compose(locked, kind, at=at, number=number, session=session)
        paper = passage.create(Paper(
            dispute=locked, kind=kind, session=session, number=number, version=before.version + 1 if before else 1,
            missing=absent, issued_at=at, issued_by=actor.name[:60],
        ))
        passage.create(PaperText(dispute=locked, paper=paper, html=html, written_at=at, written_by=actor.name[:60]))
        passage.details.update(paper=kind, number=number, version=paper.version)
    return paper


def _number(at: datetime) -> str:
    """民调〔2026〕12号: one series a year."""
    year = at.astimezone(SHANGHAI).year
    return f"民调〔{year}〕{numbers.take(f'{SERIES}.{year}', 1)}号"


def keep_signed(paper: Paper, *, file: StoredFile, actor: Actor, at: datetime) -> Paper:
    """归入签名件: the scan of what was signed. Raises ``attached`` for a scan that is in the file already."""
    with moving(paper.dispute, do.keep_signed, actor=actor, at=at) as passage:
        if any(row.file_id == file.pk for row in passage.rows(Evidence)):
            raise MoveRefused("attached", _("该材料已添加"))
        scan = passage.create(Evidence(
            dispute=passage.case, file=file, purpose=Evidence.Purpose.SIGNED, added_at=at, added_by=actor.name[:60]
        ))
        row = Paper.objects.get(pk=paper.pk)
        passage.change(row, signed_scan=scan)
        passage.details.update(paper=row.kind, number=row.number, version=row.version)
    return row
