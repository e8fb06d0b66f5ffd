"""Help inside the product: the handbooks of ``docs/handbooks``, shown as pages and printable from the browser.

Everybody may read them: they hold rules of work, nothing about people or cases. One source for paper, repository
and screen, so that a changed handbook is a changed help page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from governance.markdown_subset import Block, Line, Piece, blocks
from grids.scope import rights_of

FOLDER = Path(settings.BASE_DIR) / "docs" / "handbooks"


@dataclass(frozen=True, slots=True)
class Handbook:
    """One role's handbook; ``roles`` are codes of ``accounts/data/roles.json`` that it is written for."""

    slug: str
    title: Any
    roles: frozenset[str]

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.slug}.md"


HANDBOOKS = (
    Handbook(
        "district-dispatcher", _("区指挥中心值班员"), frozenset({"district_dispatcher", "hotline_agent"})
    ),
    Handbook(
        "street-officer",
        _("街道值班员"),
        frozenset({"street_officer", "street_director", "community_secretary"}),
    ),
    Handbook("department-handler", _("部门承办人"), frozenset({"department_handler", "department_head"})),
    Handbook("grid-worker", _("网格员"), frozenset({"grid_worker", "grid_head"})),
    Handbook("hotline-agent", _("热线坐席"), frozenset({"hotline_agent"})),
    Handbook("call-back-agent", _("回访员"), frozenset({"call_back_agent"})),
    Handbook(
        "district-director", _("指挥中心主任"), frozenset({"district_director", "evaluator", "wall_reader"})
    ),
    Handbook(
        "administrator",
        _("管理员"),
        frozenset({"system_administrator", "security_administrator", "audit_administrator", "data_steward"}),
    ),
    Handbook("discipline", _("纪检监督"), frozenset({"discipline_reader"})),
    Handbook(
        "knowledge-editor", _("知识库和热线简报"),
        frozenset({"department_handler", "department_head", "district_director", "hotline_agent"}),
    ),
    Handbook("mediator", _("调解员"), frozenset({"mediator", "mediation_head"})),
    Handbook("court-officer", _("驻中心法庭人员"), frozenset({"court_officer"})),
    Handbook("citizen", _("群众"), frozenset()),
)
BY_SLUG = {book.slug: book for book in HANDBOOKS}

PAGES = (
    # beginning of an address, what the page is called, handbook, heading; the longest beginning that fits counts
    ("/screen/", _("指挥大屏"), "district-director", "看大屏"),
    ("/desk/", _("工作台"), "district-dispatcher", "工作台怎么看"),
    ("/desk/nobody/", _("无人看板"), "district-dispatcher", "无人看板"),
    ("/desk/supervision/", _("督办裁决"), "district-director", "裁决退单"),
    ("/desk/report/", _("上报"), "district-dispatcher", "登记来件"),
    ("/events/", _("工单"), "district-dispatcher", "工单页"),
    ("/hotline/", _("热线坐席"), "hotline-agent", "登记并转派"),
    ("/hotline/addresses/", _("地址库"), "hotline-agent", "未定位地址"),
    ("/hotline/callbacks/", _("回访"), "call-back-agent", "待回访在哪里"),
    ("/hotline/discipline/", _("三类问题"), "discipline", "三类问题"),
    ("/disputes/", _("矛调"), "mediator", "矛调列表"),
    ("/disputes/court/", _("法庭"), "court-officer", "法庭案件"),
    ("/disputes/visits/", _("日常巡访"), "mediator", "日常巡访"),
    ("/m/visits/", _("日常巡访"), "grid-worker", "日常巡访"),
    ("/disputes/services/", _("公共法律服务"), "mediator", "服务转介和公共法律服务"),
    ("/disputes/register/", _("登记纠纷"), "mediator", "登记和受理"),
    ("/disputes/figures/", _("矛调统计"), "mediator", "统计"),
    ("/grids/", _("一张网"), "street-officer", "网格与人员"),
    ("/grids/staffing/", _("人员配备"), "street-officer", "网格与人员"),
    ("/duty/", _("值班"), "street-officer", "值班与请假"),
    ("/units/", _("单位"), "department-handler", "职责清单"),
    ("/m/", _("网格通"), "grid-worker", "首页"),
    ("/m/report/", _("上报"), "grid-worker", "上报"),
    ("/m/tasks/", _("任务"), "grid-worker", "办任务"),
    ("/c/", _("群众端"), "citizen", "随手拍"),
    ("/c/track/", _("查进度"), "citizen", "查进度"),
    ("/hotline/knowledge/", _("知识库"), "knowledge-editor", "查知识"),
    ("/hotline/knowledge/queue/", _("审核与复审"), "knowledge-editor", "审核和复审"),
    ("/hotline/knowledge/gaps/", _("知识缺口"), "knowledge-editor", "知识缺口"),
    ("/hotline/knowledge/quiz/", _("每周一训"), "knowledge-editor", "每周一训"),
    ("/hotline/exchange/", _("平台对接"), "knowledge-editor", "平台对接"),
    ("/briefings/", _("热线简报"), "knowledge-editor", "热线简报"),
    ("/admin/", _("后台管理"), "administrator", "后台里有什么"),
    ("/accounts/", _("个人设置"), "administrator", "账号与密码"),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All handbooks, one's own first, with the passage about the page the reader came from."""
    roles = rights_of(request.user, at=request.at).roles
    own = [book for book in HANDBOOKS if book.roles & roles]
    return render(
        request,
        "help/index.html",
        {
            "own": own,
            "others": [book for book in HANDBOOKS if book not in own],
            "passage": _passage(request),
        },
    )


@require_safe
def handbook(request: HttpRequest, slug: str) -> HttpResponse:
    """One handbook. 404 for an unknown name."""
    book = BY_SLUG.get(slug)
    if book is None or not book.path.is_file():
        raise Http404
    found = _read(book.path, book.path.stat().st_mtime_ns)
    chapters = [block for block in found if block.kind == "heading" and block.level == 2]
    return render(request, "help/handbook.html", {"book": book, "blocks": found, "chapters": chapters})


def _passage(request: HttpRequest) -> dict[str, Any] | None:
    """Where the page of the ``Referer`` (our own host only) is explained."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc != request.get_host():
        return None
    fitting = [row for row in PAGES if came.path.startswith(row[0])]
    if not fitting:
        return None
    _beginning, name, slug, heading = max(fitting, key=lambda row: len(row[0]))
    return {
        "name": name,
        "book": BY_SLUG[slug],
        "heading": heading,
        "url": f"{reverse('help_handbook', args=[slug])}#{heading}",
    }


@lru_cache(maxsize=32)
def _read(path: Path, changed_ns: int) -> list[Block]:
    """The handbook's blocks; addresses of our own pages, written as code, become links."""
    found = blocks(path.read_text(encoding="utf-8"))
    for block in found:
        block.line = _linked(block.line)
        if block.kind == "list":
            block.rows = [_linked(row) for row in block.rows]
        elif block.kind == "table":
            block.rows = [[_linked(cell) for cell in row] for row in block.rows]
    return found


def _linked(line: Line) -> Line:
    return tuple(_as_link(piece) for piece in line)


def _as_link(piece: Piece) -> Piece:
    if piece.kind == "code" and piece.text.startswith("/") and _is_page(piece.text):
        return Piece("link", piece.text, piece.text)
    if piece.kind == "link" and piece.url.endswith(".md"):
        slug = piece.url.removesuffix(".md")
        return (
            Piece("link", piece.text, reverse("help_handbook", args=[slug]))
            if slug in BY_SLUG
            else Piece("text", piece.text)
        )
    return piece


def _is_page(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True
