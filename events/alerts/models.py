"""Devices and the alerts they send. An alert is no ticket: it becomes one when a person confirms it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.models import StoredFile
from events.models.catalogue import Category
from events.models.event import Event
from grids.models import Area

WHOLE_POINT = Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False)


class Device(models.Model):
    """A camera, a kitchen camera, a gas or water sensor: reference data."""

    class Kind(models.TextChoices):
        CAMERA = "camera", _("社会面视频")
        KITCHEN = "kitchen", _("明厨亮灶")
        SAFETY = "safety", _("安全生产")
        SENSOR = "sensor", _("物联感知")

    code = models.SlugField(_("设备编码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("所在区域"))
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    address = models.CharField(_("地址"), max_length=160, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("默认类别"),
        limit_choices_to={"parent__isnull": False},
    )
    is_active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("预警设备")
        constraints = [
            models.CheckConstraint(condition=WHOLE_POINT, name="device_point_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def event_source(self) -> str:
        """Where an event confirmed from this device came from."""
        return Event.Source.SENSOR if self.kind == self.Kind.SENSOR else Event.Source.VIDEO


class Alert(models.Model):
    """One alarm of one device. Decided once, by one person."""

    class State(models.TextChoices):
        CANDIDATE = "candidate", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        FALSE_ALARM = "false_alarm", _("误报")

    class Reason(models.TextChoices):
        MISREAD = "misread", _("识别错误")
        HARMLESS = "harmless", _("不构成事件")
        BROKEN = "broken", _("设备故障")
        TEST = "test", _("测试或演练")
        OTHER = "other", _("其他")

    device = models.ForeignKey(Device, models.PROTECT, related_name="alerts", verbose_name=_("设备"))
    external_number = models.CharField(_("外部编号"), max_length=60)
    label = models.CharField(_("预警类型"), max_length=40)
    text = models.CharField(_("内容"), max_length=400, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("类别")
    )
    occurred_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("接收时间"))
    lon = models.FloatField(_("经度"), null=True, blank=True)
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    picture = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.CANDIDATE)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("研判人")
    )
    decided_at = models.DateTimeField(_("研判时间"), null=True, blank=True)
    reason = models.CharField(_("误报原因"), max_length=10, choices=Reason.choices, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("事件")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("设备预警")
        constraints = [
            models.UniqueConstraint(fields=["device", "external_number"], name="alert_once_per_number"),
            models.CheckConstraint(condition=WHOLE_POINT, name="alert_point_is_whole"),
            models.CheckConstraint(
                condition=Q(state="candidate", decided_at__isnull=True, event__isnull=True)
                | Q(state="confirmed", decided_at__isnull=False, event__isnull=False)
                | (Q(state="false_alarm", decided_at__isnull=False, event__isnull=True) & ~Q(reason="")),
                name="alert_decided_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], name="alert_waiting", condition=Q(state="candidate")),
            models.Index(fields=["device", "decided_at"], name="alert_by_device"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id}/{self.external_number}"

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude: the alert's own, else the device's."""
        for row in (self, self.device):
            if row.lon is not None and row.lat is not None:
                return row.lon, row.lat
        return None


class AlertUndo(models.Model):
    """A dismissal that was taken back: what had been decided, and when it was undone. Written once."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="undone")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("研判人"))
    decided_at = models.DateTimeField(_("研判时间"))
    reason = models.CharField(_("误报原因"), max_length=10, choices=Alert.Reason.choices)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    undone_at = models.DateTimeField(_("撤回时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("误报撤回")
        ordering = ("pk",)
