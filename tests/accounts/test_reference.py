"""Roles and permission codes agree with the hand-written golden matrix and the rules no role overrides."""

from __future__ import annotations

from collections import Counter

from accounts import reference as ref

RULES_10 = [
    "超级管理员",
    "区指挥中心主任",
    "区指挥中心值班员",
    "热线坐席",
    "回访员",
    "部门承办人",
    "部门负责人",
    "街道中心主任",
    "街道值班员(网格长管理员)",
    "社区书记/网格指导员",
    "网格长",
    "网格员",
    "调解组织负责人",
    "调解员",
    "应急专员",
    "数据管理员(隐私)",
    "考评员",
    "纪检只读",
    "大屏只读账号",
]
QUALITY_5_2 = ["系统管理员", "安全管理员", "审计管理员", "外部平台"]
OURS = ["驻中心法官与书记员"]
"""docs/decisions/55: capability 76 asks for the court's own people."""
TRANSITIONS = [
    "report",
    "triage",
    "handle_on_spot",
    "claim",
    "dispatch",
    "delegate",
    "whistle",
    "return_up",
    "confer",
    "accept",
    "decline",
    "extend",
    "suspend",
    "resume",
    "urge",
    "feed_back",
    "verify",
    "evaluate",
    "reopen",
    "merge",
    "split_off",
    "transfer",
]


def role(code: str) -> ref.RoleRecord:
    return {r.code: r for r in ref.load_roles()}[code]


def holders(permission: str) -> set[str]:
    return {r.code for r in ref.load_roles() if permission in r.permissions}


def disagreements(cells) -> list[str]:
    roles = {r.code: r for r in ref.load_roles()}
    return [
        f"{c.role} {c.permission}" for c in cells if (c.permission in roles[c.role].permissions) != c.allowed
    ]


def test_the_roles_are_the_19_of_the_rules_four_more_and_the_court_on_site():
    assert Counter(r.name for r in ref.load_roles()) == Counter([*RULES_10, *QUALITY_5_2, *OURS])
    assert len({r.code for r in ref.load_roles()}) == 24


def test_permission_codes_are_unique_and_named_room_dot_verb_in_two_languages():
    codes = [p.code for p in ref.load_permissions()]
    assert len(codes) == len(set(codes))
    for permission in ref.load_permissions():
        room, dot, verb = permission.code.partition(".")
        assert (room.isidentifier(), dot, verb.isidentifier()) == (True, ".", True), permission
        assert permission.name, permission
        assert permission.name_en.isascii(), permission


def test_every_transition_of_the_workflow_has_a_code_and_every_code_a_holder():
    codes = {p.code for p in ref.load_permissions()}
    assert {f"events.{verb}" for verb in TRANSITIONS} <= codes
    assert {code for code in codes if not holders(code)} == set()


def test_no_role_holds_an_unknown_code_scope_or_letter():
    codes = {p.code for p in ref.load_permissions()}
    for record in ref.load_roles():
        assert record.permissions <= codes, record.code
        assert set(record.scope_kinds) <= ref.SCOPE_KINDS, record.code
        assert tuple(record.objects) == ref.OBJECT_KINDS, record.code
        assert 0 <= record.ceiling <= record.assigned_ceiling <= 3, record.code
        for cells in record.objects.values():
            for cell in cells:
                assert cell.scope in ref.SCOPE_LETTERS, record.code
                assert 0 <= cell.level <= 3, record.code


def test_the_golden_matrix_agrees():
    cells = ref.load_golden_matrix()
    assert len(cells) >= 200
    assert len({(c.role, c.permission) for c in cells}) == len(cells)
    assert {c.role for c in cells} == {r.code for r in ref.load_roles()}
    assert {c.permission for c in cells} <= {p.code for p in ref.load_permissions()}
    assert disagreements(cells) == []


def test_the_golden_matrix_would_notice_a_wrong_rule():
    cell = ref.load_golden_matrix()[0]
    turned = ref.GoldenCell(cell.role, cell.permission, not cell.allowed, cell.source)
    assert disagreements([turned]) == [f"{cell.role} {cell.permission}"]


def test_the_super_user_and_the_wall_can_do_nothing_to_a_case():
    assert role("super_administrator").permissions == frozenset()
    assert role("wall_reader").permissions == {"dashboard.view", "disputes.count"}


def test_the_three_powers_share_nothing_but_looking():
    shared_allowed = {"grids.view", "accounts.view_matrix"}
    powers = [role(f"{name}_administrator").permissions for name in ("system", "security", "audit")]
    for index, power in enumerate(powers):
        assert not any(code.startswith("events.") for code in power)
        for other in powers[index + 1 :]:
            assert power & other <= shared_allowed


def test_who_asks_and_who_approves_are_different_roles():
    pairs = [
        ("events.whistle", "events.approve_whistle"),
        ("events.extend", "events.approve_extension"),
        ("events.decline", "events.rule_decline"),
        ("events.export", "events.approve_export"),
        ("accounts.manage_people", "accounts.grant_roles"),
    ]
    for ask, approve in pairs:
        assert holders(ask), ask
        assert holders(approve), approve
        assert holders(ask) & holders(approve) == set(), ask


def test_single_owners_of_the_gravest_verbs():
    for verb in ("triage", "dispatch", "merge", "split_off", "transfer", "reject", "evaluate"):
        assert holders(f"events.{verb}") == {"district_dispatcher"}, verb
    for verb in ("confer", "rule_decline", "approve_extension", "suspend"):
        assert holders(f"events.{verb}") == {"district_director"}, verb
    assert holders("events.approve_whistle") == {"street_director"}
    assert holders("events.claim") == {"street_officer"} == holders("events.whistle")
    assert holders("events.verify") == {"grid_head", "grid_worker"}
    assert holders("events.call_back") == {"call_back_agent"}
    assert holders("accounts.grant_roles") == {"security_administrator"}


def test_only_roles_marked_u_for_events_hold_reveal():
    marked = {r.code for r in ref.load_roles() if any(cell.unmask for cell in r.objects["events"])}
    assert holders("events.reveal") == marked == {r.code for r in ref.load_roles() if r.may_unmask}


def test_who_may_not_see_events_holds_no_move_on_them():
    for record in ref.load_roles():
        if not record.objects["events"]:
            moves = {code for code in record.permissions if code.startswith("events.")}
            assert moves <= {"events.approve_export"}, record.code


def test_mediation_narratives_are_in_clear_for_mediators_and_their_head_only():
    clear = {
        r.code
        for r in ref.load_roles()
        if any(c.level >= 2 and c.mode == "read" for c in r.objects["disputes"])
    }
    assert clear == {"mediator", "mediation_head"}
    assert role("discipline_reader").objects["disputes"] == ()
