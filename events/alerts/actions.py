"""Alerts come in, and a person decides: an event by the ordinary door, or a false alarm. Nothing else makes a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.actor import Actor
from casework.models import StoredFile
from casework.refusals import MoveRefused, forbidden, missing, not_found
from events import transitions, waiting
from events.actions import attach
from events.alerts import queries
from events.alerts.models import Alert, AlertUndo, Device
from events.models import Event
from events.transitions.holding import UNDO_SECONDS
from events.transitions.intake import Report, check_moment, checked_category
from grids.scope import SHANGHAI

MOST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What a device says. ``device`` is its code; coordinates WGS-84, else the device's own."""

    device: str
    external_number: str
    label: str
    text: str = ""
    category: str | None = None
    occurred_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


def take_in(told: Told, *, actor: Actor, at: datetime) -> tuple[Alert, bool]:
    """An alert waits as a candidate; told again it is the one that is there (False).

    Raises ``invalid`` for a device that is unknown or not on the sender's land (the same words), out of service, a
    category that is none, or a future that no clock explains.
    """
    return _keep(told, _prepared(told, _devices([told], actor), at))


def take_in_many(
    rows: Sequence[Told], *, actor: Actor, at: datetime
) -> list[tuple[Alert, bool] | MoveRefused]:
    """Each for itself, in the same order: a bad one is refused, the others are taken in."""
    devices = _devices(rows, actor)
    answers: list[tuple[Alert, bool] | MoveRefused] = []
    with transaction.atomic():
        for told in rows:
            try:
                answers.append(_keep(told, _prepared(told, devices, at)))
            except MoveRefused as refusal:
                answers.append(refusal)
    return answers


def _devices(rows: Sequence[Told], actor: Actor) -> dict[str, Device]:
    """Devices named in the rows, by code; a person or platform names those on its land only."""
    known = queries.devices_of(actor.rights, queries.SEND) if actor.is_staff else queries.every_device()
    return {row.code: row for row in known.filter(code__in={told.device for told in rows})}


def _prepared(told: Told, devices: dict[str, Device], at: datetime) -> Alert:
    device = devices.get(told.device)
    if device is None:
        raise missing(device=_("没有这个设备编码"))
    if not device.is_active:
        raise missing(device=_("该设备已停用"))
    check_moment(told.occurred_at, at=at)
    checked_category(told.category)
    return Alert(
        device=device, external_number=told.external_number, label=told.label, text=told.text,
        category_id=told.category or None, occurred_at=told.occurred_at or at, received_at=at, lon=told.lon, lat=told.lat,
    )


def _keep(told: Told, fresh: Alert) -> tuple[Alert, bool]:
    """The unique index decides between two that come at once."""
    known = _known(fresh)
    if known is None:
        try:
            with transaction.atomic():
                fresh.save(force_insert=True)
                waiting.owe("alert_waits", fresh, at=fresh.received_at)
            return fresh, True
        except IntegrityError:
            known = _known(fresh)
            if known is None:
                raise
    return known, False


def _known(fresh: Alert) -> Alert | None:
    rows = Alert.objects.filter(device=fresh.device, external_number=fresh.external_number)
    return rows.select_related("device", "event").first()


def add_picture(alert: Alert, *, file: StoredFile, at: datetime) -> tuple[Alert, bool]:
    """The checked picture of an alert, once; the same again changes nothing (False).

    Raises ``file_type`` for what is no picture, ``has_picture`` for another one.
    """
    if not file.mime.startswith("image/"):
        raise MoveRefused("file_type", _("只接受 JPEG、PNG、WEBP 图片"))
    with transaction.atomic():
        locked = _locked(alert.pk)
        if locked.picture_id == file.pk:
            return locked, False
        if locked.picture_id is not None:
            raise MoveRefused("has_picture", _("该预警已有图片"))
        locked.picture = file
        locked.save(update_fields=["picture"])
        if locked.event is not None:  # a person was faster than the picture
            _attach(locked, locked.event, at)
    return locked, True


# A person decides -----------------------------------------------------------------------------------


def confirm(
    alert: Alert, *, actor: Actor, at: datetime, category: str | None = None, urgency: str | None = None,
    text: str = "", note: str = "", join: str = "",
) -> Alert:
    """确认: an event by the ordinary report move (source video or sensor, the alert's place, moment and picture), or,
    with ``join``, one more report of the open event of that number.

    Raises ``not_found``, ``forbidden``, ``already_decided`` naming who was faster, and what ``report`` raises.
    """
    with transaction.atomic():
        locked = _open_one(alert, actor)
        event = _joined(locked, join, actor, at) if join else _reported(locked, actor, at, category, urgency, text)
        _attach(locked, event, at)
        _decide(locked, Alert.State.CONFIRMED, actor, at, note, event=event)
    return locked


def dismiss(alert: Alert, *, actor: Actor, at: datetime, reason: str, note: str = "") -> Alert:
    """误报, with the reason that the device's record is made of; 其他 needs a word.

    Raises ``not_found``, ``forbidden``, ``already_decided``, ``invalid``.
    """
    if reason not in Alert.Reason.values:
        raise missing(reason=_("请选择误报原因"))
    if reason == Alert.Reason.OTHER and not note.strip():
        raise missing(note=_("请填写说明"))
    with transaction.atomic():
        locked = _open_one(alert, actor)
        _decide(locked, Alert.State.FALSE_ALARM, actor, at, note, reason=reason)
    return locked


def undo_dismiss(alert: Alert, *, actor: Actor, at: datetime) -> Alert:
    """撤回误报: it waits again; what had been decided stays on record (docs/decisions/29).

    Only whoever dismissed it, within ``UNDO_SECONDS``. Raises ``not_found``, ``forbidden``, ``wrong_state`` for one that
    waits or was confirmed, ``not_yours``, ``too_late``.
    """
    with transaction.atomic():
        found = _mine(alert, actor)
        if found.state != Alert.State.FALSE_ALARM:
            raise MoveRefused("wrong_state", _("该预警没有判为误报"), state=found.state)
        if found.decided_by_id != actor.person_id:
            raise MoveRefused("not_yours", _("只能撤回自己的操作"))
        if (at - found.decided_at).total_seconds() > UNDO_SECONDS:
            raise MoveRefused("too_late", _("已超过撤回时间"))
        AlertUndo.objects.create(
            alert=found, decided_by_id=found.decided_by_id, decided_at=found.decided_at, reason=found.reason,
            note=found.note, undone_at=at,
        )
        decided_at = found.decided_at
        found.state, found.decided_by, found.decided_at = Alert.State.CANDIDATE, None, None
        found.reason = found.note = ""
        found.save(update_fields=["state", "decided_by", "decided_at", "reason", "note"])
        waiting.waits_again("alert_waits", found, decided_at=decided_at, at=at)
    return found


def _locked(key: int) -> Alert:
    """The row under its lock. What hangs on it is read afterwards: a join of the locking statement would still show
    what stood there before the lock was had."""
    if not list(Alert.objects.select_for_update().filter(pk=key).values_list("pk")):
        raise not_found()
    return Alert.objects.select_related("device__area", "event", "decided_by", "picture").get(pk=key)


def _open_one(alert: Alert, actor: Actor) -> Alert:
    """The row under its lock, if it still waits and is the actor's to decide."""
    locked = _mine(alert, actor)
    if locked.state != Alert.State.CANDIDATE:
        raise _too_late(locked)
    return locked


def _mine(alert: Alert, actor: Actor) -> Alert:
    """The row under its lock, if it is the actor's to decide."""
    locked = _locked(alert.pk)
    path = locked.device.area.path
    if not actor.rights.covers(queries.VIEW, area_path=path):
        raise not_found()
    if not actor.rights.covers(queries.DECIDE, area_path=path):
        raise forbidden()
    return locked


def _too_late(alert: Alert) -> MoveRefused:
    who = alert.decided_by.name
    told = {"who": who, "time": f"{alert.decided_at.astimezone(SHANGHAI):%H:%M:%S}"}
    if alert.state == Alert.State.FALSE_ALARM:
        words = _("已由%(who)s判为误报(%(time)s)") % told
    else:
        words = _("已由%(who)s确认为事件%(number)s(%(time)s)") % {**told, "number": alert.event.number}
    return MoveRefused("already_decided", words, holder=who, state=alert.state)


def _reported(
    alert: Alert, actor: Actor, at: datetime, category: str | None, urgency: str | None, text: str
) -> Event:
    device, point = alert.device, alert.point
    number = f"{device.code}/{alert.external_number}"
    told = Report(
        source=device.event_source, title=f"{alert.label} {device.name}"[:80],
        text=text.strip() or alert.text or alert.label, urgency=urgency or None,
        category=category or alert.category_id or device.category_id, lon=point[0] if point else None,
        lat=point[1] if point else None, address=device.address or device.name, area=device.area.code,
        occurred_at=alert.occurred_at, external_number=number if len(number) <= 60 else None,
        client_key=f"alert-{alert.pk}",
    )
    return transitions.report(told, actor=actor, at=at)


def _joined(alert: Alert, number: str, actor: Actor, at: datetime) -> Event:
    event = Event.objects.filter(number=number).first()
    if event is None or not event.is_visible_to(actor.rights):
        raise missing(join=_("没有找到"))
    words = _("设备预警:%(device)s %(label)s") % {"device": alert.device.name, "label": alert.label}
    return transitions.repeat(event, actor=actor, at=at, note=words)


def _attach(alert: Alert, event: Event, at: datetime) -> None:
    """The picture onto the event, in the device's name."""
    if alert.picture is None:
        return
    try:
        attach(event, file=alert.picture, actor=Actor.system(alert.device.name), at=at, purpose="report")
    except MoveRefused as refused:
        if refused.code != "attached":
            raise


def _decide(
    alert: Alert, state: str, actor: Actor, at: datetime, note: str, *, event: Event | None = None, reason: str = ""
) -> None:
    alert.state, alert.decided_by_id, alert.decided_at = state, actor.person_id, at
    alert.note, alert.event, alert.reason = note.strip()[:MOST_NOTE], event, reason
    alert.save(update_fields=["state", "decided_by", "decided_at", "note", "event", "reason"])
    waiting.decided("alert_waits", alert, by=actor.person_id, at=at)
