"""服务转介: to a place of the register, the nearest first, or to one that is named by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.verb_forms import VerbForm
from disputes import services
from disputes.forms import PickedParty, party_choices
from disputes.models import LegalService, Referral


def _label(one: services.Near) -> str:
    row = one.service
    return " · ".join(filter(None, (str(row), one.words, row.phone)))


class ReferForm(VerbForm):
    kind = forms.ChoiceField(label=_("服务"), choices=Referral.Kind.choices)
    service = forms.TypedChoiceField(
        label=_("服务机构(由近到远)"), required=False, empty_value=None,
        coerce=lambda key: LegalService.objects.filter(pk=key, is_active=True).first(),
    )
    provider = forms.CharField(
        label=_("名录以外的承接单位"), max_length=80, required=False, help_text=_("选了服务机构的不填"),
    )
    party = PickedParty(required=False)
    NOT_ARGUMENTS = ("order", "seen_version")

    def prepare(self) -> None:
        self.fields["party"].choices = party_choices(self.case)
        point = services.point_of(self.case)
        groups: list[Any] = [("", _("不在名录内"))]
        for kind, label in Referral.Kind.choices:
            if kind != Referral.Kind.OTHER:
                near = services.nearest(kind, point)
                groups.append((label, [(one.service.pk, _label(one)) for one in near]))
        known = {key for _name, rows in groups[1:] for key, _words in rows}
        rest = [one for one in services.nearest(Referral.Kind.OTHER, point, most=40) if one.service.pk not in known]
        groups.append((_("其他"), [(one.service.pk, _label(one)) for one in rest[: services.NEAREST * 2]]))
        self.fields["service"].choices = [group for group in groups if group[1]]
        aid = services.nearest(Referral.Kind.LEGAL_AID, point, most=1)
        self.fields["service"].initial = aid[0].service.pk if aid else ""
