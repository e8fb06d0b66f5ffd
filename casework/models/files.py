"""Stored files, addressed by their content."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file that passed the upload checks; images are re-encoded without metadata (quality.md §4.5)."""

    sha256 = models.CharField(max_length=64, unique=True)
    """Of the bytes as uploaded: the name a phone knows the file by."""
    stored_sha256 = models.CharField(max_length=64)
    """Of the bytes as kept."""
    mime = models.CharField(_("类型"), max_length=60)
    size = models.PositiveIntegerField(_("字节"))
    name = models.CharField(_("文件名"), max_length=120)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("文件")

    def __str__(self) -> str:
        return self.name

    @property
    def relative_path(self) -> str:
        """Where the kept bytes lie under the media folder."""
        return f"{self.stored_sha256[:2]}/{self.stored_sha256[2:4]}/{self.stored_sha256}"


class StaffPhoto(models.Model):
    """The photo in a person's staff record 实名备案; shown on the plate of the grid they serve."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="staff_photo", verbose_name=_("人员")
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("照片"))
    set_at = models.DateTimeField(_("登记时间"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("登记人")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("人员照片")
