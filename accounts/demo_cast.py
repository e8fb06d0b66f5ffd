"""The named cast of the demo: who can sign in, with one password for all. No database.

A member with a ``slot`` takes the place of the made-up person who holds that post in the roster of the demo
district; the others get a post of their own. All are marked ``is_demo`` and are refused in a production profile.
"""

from __future__ import annotations

from dataclasses import dataclass

DEMO_PASSWORD = "Demo-2026-pass"  # noqa: S105 (printed in the README; demo profile only)
HOME_STREET, OTHER_STREET = "150302002", "150302001"
HOME_COMMUNITY = "150302002001"
HOME_GRID = "150302002001001"
DEPARTMENT = "city_management"


@dataclass(frozen=True, slots=True)
class Slot:
    """A post in the roster: its function there, its place (area code without padding, or unit code), A or B."""

    function: str
    place: str
    cover: str = "A"


@dataclass(frozen=True, slots=True)
class CastMember:
    """One account. ``role`` is a code of ``roles.json``; ``area`` and ``unit`` say where a member without slot stands."""

    username: str
    title: str
    title_en: str
    role: str
    slot: Slot | None = None
    name: str = ""
    area: str = ""
    unit: str = ""
    is_machine: bool = False


DISTRICT = "150302"
CAST = (
    CastMember("zhihui", "区指挥中心值班员", "District dispatcher", "district_dispatcher", Slot("district_duty", DISTRICT)),
    CastMember("zhuren", "区指挥中心主任", "Director of the district centre", "district_director",
               Slot("district_director", DISTRICT)),
    CastMember("jiedao-haibei", "海北街道值班员", "Duty officer, Haibei Street", "street_officer",
               Slot("street_duty", HOME_STREET)),
    CastMember("jiedao-fenghuang", "凤凰岭街道值班员", "Duty officer, Fenghuangling Street", "street_officer",
               Slot("street_duty", OTHER_STREET)),
    CastMember("jiedao-zhuren", "海北街道中心主任", "Director of Haibei Street's centre", "street_director",
               Slot("street_leader", HOME_STREET)),
    CastMember("shequ", "社区书记", "Community secretary", "community_secretary", Slot("community_secretary", HOME_COMMUNITY)),
    CastMember("wangge-a", "网格员(A岗)", "Grid worker, A post", "grid_worker", Slot("grid_worker", HOME_GRID)),
    CastMember("wangge-b", "网格员(B岗)", "Grid worker, B post", "grid_worker", Slot("grid_worker", HOME_GRID, "B")),
    CastMember("wanggezhang", "网格长", "Grid head", "grid_head", Slot("grid_head", HOME_GRID)),
    CastMember("chengguan", "城市管理局承办人", "Handler, City Management", "department_handler",
               Slot("unit_handler", DEPARTMENT)),
    CastMember("chengguan-fuze", "城市管理局负责人", "Head, City Management", "department_head", Slot("unit_head", DEPARTMENT)),
    CastMember("zhujian", "住房和城乡建设局承办人", "Handler, Housing and Construction", "department_handler",
               Slot("unit_handler", "housing")),
    CastMember("gongshui", "供水公司承办人", "Handler, Water Supply", "department_handler", Slot("unit_handler", "water_supply")),
    CastMember("rexian", "热线坐席", "Hotline agent", "hotline_agent", Slot("hotline_agent", DISTRICT)),
    CastMember("huifang", "回访员", "Call-back agent", "call_back_agent", Slot("callback_agent", DISTRICT)),
    CastMember("tiaojie", "调解员", "Mediator", "mediator", Slot("mediator", HOME_COMMUNITY)),
    CastMember("tiaojie-fuze", "调解组织负责人", "Head of the mediation body", "mediation_head", name="陶静和", unit="justice"),
    CastMember("fating", "驻中心法官", "Judge of the court on site", "court_officer", name="宁怀法", unit="court_on_site"),
    CastMember("yingji", "应急专员", "Emergency officer", "emergency_officer", name="雷安平", area=DISTRICT),
    CastMember("kaoping", "考评员", "Evaluator", "evaluator", name="苏评章", area=DISTRICT, unit="inspection_office"),
    CastMember("jijian", "纪检只读", "Discipline, read only", "discipline_reader", name="严守一", unit="discipline"),
    CastMember("admin", "系统管理员", "System administrator", "system_administrator", name="方维系", area=DISTRICT),
    CastMember("anquan", "安全管理员", "Security administrator", "security_administrator", name="安守权", area=DISTRICT),
    CastMember("shenji", "审计管理员", "Audit administrator", "audit_administrator", name="沈明鉴", area=DISTRICT),
    CastMember("shuju", "数据管理员(隐私)", "Data steward", "data_steward", name="穆守密", area=DISTRICT),
    CastMember("screen", "指挥大屏", "Wall screen, read only", "wall_reader", name="指挥大屏", area=DISTRICT),
    CastMember("platform", "外部平台", "Outside platform", "outside_platform", name="外部平台", area=DISTRICT, is_machine=True),
)  # fmt: skip
