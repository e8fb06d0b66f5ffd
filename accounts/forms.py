"""Forms of a person's own account."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignInForm(AuthenticationForm):
    """Account and password; one sentence for every wrong pair, so that accounts cannot be guessed."""

    error_messages = {
        "invalid_login": _("账号或密码不正确,连续五次错误将锁定15分钟。"),
        "inactive": _("账号或密码不正确,连续五次错误将锁定15分钟。"),
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("账号")
        self.fields["username"].widget.attrs.update(autocapitalize="none", spellcheck="false")
        self.fields["password"].label = _("密码")

    def confirm_login_allowed(self, user: User) -> None:
        """Machine accounts have tokens, not pages."""
        if not user.is_active or user.is_machine:
            raise forms.ValidationError(self.error_messages["invalid_login"], code="inactive")


class OwnPasswordForm(PasswordChangeForm):
    """Old password, new one twice; the rules are told beforehand."""

    field_order = ("old_password", "new_password1", "new_password2")


class ProfileForm(forms.ModelForm):
    """What a person sets for themselves; name, posts and account are set by the office."""

    language = forms.ChoiceField(label=_("界面语言"), choices=settings.LANGUAGES)
    single_keys = forms.BooleanField(
        label=_("启用单键快捷键"), required=False, help_text=_("关闭后,单个字母不再触发操作;Ctrl 组合键不受影响。")
    )

    class Meta:
        model = User
        fields = ("phone", "email", "language", "single_keys")
