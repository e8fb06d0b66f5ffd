"""People who sign in, and the roles they may hold.

A role says *what kind of act*; the post that carries it (``grids.models.Post``) says *where and how long*.
Nobody has rights of their own: without a post in force a person may only sign in and see why.
"""

from __future__ import annotations

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.names import named


class Permission(models.Model):
    """One kind of act, named ``room.verb``; the codes are those the workflow tables and pages ask for."""

    code = models.CharField(_("代码"), max_length=60, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("权限")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {named(self)}"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="RoleHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
)
class Role(models.Model):
    """A function in the trade (rules.md §10): its permission codes, the kinds of scope it can have, and how
    much of a case's personal data it may see."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60)
    permissions = ArrayField(models.CharField(max_length=60), default=list, verbose_name=_("权限代码"))
    scope_kinds = ArrayField(models.CharField(max_length=10), default=list, verbose_name=_("范围种类"))
    ceiling = models.PositiveSmallIntegerField(_("可见密级上限"), default=1)
    field_level = models.PositiveSmallIntegerField(_("明文字段上限"), default=1)
    may_unmask = models.BooleanField(_("可凭事由查看明文"), default=False)
    is_office = models.BooleanField(_("可进入后台"), default=False)
    rank = models.PositiveSmallIntegerField(_("次序"), default=100)

    class Meta:
        verbose_name = verbose_name_plural = _("角色")
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return named(self)


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields) -> User:
        """Make a person; without a password the account cannot sign in."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person of the staff, or the machine account of an outside platform."""

    username = models.CharField(_("账号"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    pinyin = models.CharField(_("拼音"), max_length=120, blank=True)
    phone = models.CharField(_("手机"), max_length=20, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    badge = models.CharField(_("工号"), max_length=20, blank=True)
    language = models.CharField(_("语言"), max_length=10, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    is_machine = models.BooleanField(_("外部平台账号"), default=False)
    is_demo = models.BooleanField(_("演示账号"), default=False)
    must_change_password = models.BooleanField(_("下次登录须改密"), default=False)
    password_changed_at = models.DateTimeField(_("改密时间"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("最近在线"), null=True, blank=True)
    last_screen = models.CharField(_("最近打开的页面"), max_length=60, blank=True)
    single_keys = models.BooleanField(_("单键快捷键"), default=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = _("人员")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_superuser(self) -> bool:
        """Always false: no account stands above the roles."""
        return False

    @property
    def is_staff(self) -> bool:
        """May open the Django admin: some post in force carries an office role."""
        from django.contrib.auth import get_backends

        return self.is_active and any(
            backend.may_administer(self) for backend in get_backends() if hasattr(backend, "may_administer")
        )

    def has_perm(self, perm: str, obj: object = None) -> bool:
        from django.contrib.auth.models import _user_has_perm

        return self.is_active and _user_has_perm(self, perm, obj)

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        from django.contrib.auth.models import _user_has_module_perms

        return self.is_active and _user_has_module_perms(self, app_label)
