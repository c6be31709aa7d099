"""Accounts of the demo: made-up people in real areas. Only for demo mode; their password opens nothing elsewhere."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from linli.foundation.accounts.models import Post, TeamMember, Unit, User
from linli.foundation.accounts.passwords import DEMO_PASSWORD
from linli.foundation.accounts.roles import (
    ADMIN,
    AUDITOR,
    CIVIL_AFFAIRS,
    COMMUNITY_SECRETARY,
    COMMUNITY_WORKER,
    DEPARTMENT_STAFF,
    GRID_HEAD,
    GRID_WORKER,
    LEGAL_REVIEW,
    ORGANISATION,
    RESTRICTED_CARE,
    STREET_STAFF,
    Role,
)
from linli.foundation.areas.models import Area, Level

# Common surnames and plain given names, put together by a hash of the code: nobody in particular.
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
FIRST = "志文建晓海玉秀明国春丽永德嘉思雨子天佳立"
SECOND = "强芳军敏静伟杰娟磊洋艳勇霞涛慧宁兰峰平辉"

# Departments of a district, named by what they do.
DEPARTMENTS = (
    ("dept-civil", "民政局"),
    ("dept-urban", "城市管理局"),
    ("dept-housing", "住房保障和房产局"),
    ("dept-police", "公安分局"),
    ("dept-fire", "消防救援大队"),
    ("dept-env", "生态环境局"),
    ("dept-market", "市场监督管理局"),
    ("dept-health", "卫生健康委员会"),
    ("dept-hr", "人力资源和社会保障局"),
    ("dept-justice", "司法局"),
    ("dept-emergency", "应急管理局"),
    ("dept-water", "水务局"),
    ("dept-organisation", "委组织部"),
)

N_PARTS = (
    TeamMember.Part.POLICE,
    TeamMember.Part.PROPERTY,
    TeamMember.Part.PARTY_MEMBER,
    TeamMember.Part.BACKBONE,
    TeamMember.Part.VOLUNTEER,
)


@dataclass(frozen=True)
class DemoUser:
    """A line of the list on the demo's sign-in page."""

    username: str
    role: Role


DEMO_USERS = (
    DemoUser("grid-worker", GRID_WORKER),
    DemoUser("community-worker", COMMUNITY_WORKER),
    DemoUser("community-secretary", COMMUNITY_SECRETARY),
    DemoUser("street-staff", STREET_STAFF),
    DemoUser("department-staff", DEPARTMENT_STAFF),
    DemoUser("civil-affairs", CIVIL_AFFAIRS),
    DemoUser("legal-review", LEGAL_REVIEW),
    DemoUser("organisation", ORGANISATION),
    DemoUser("restricted-care", RESTRICTED_CARE),
    DemoUser("auditor", AUDITOR),
    DemoUser("admin", ADMIN),
    DemoUser("two-posts", COMMUNITY_WORKER),
)


def synthetic_name(seed: str) -> str:
    """A made-up name, always the same for the same seed."""
    mark = sha256(seed.encode()).digest()
    given = FIRST[mark[1] % len(FIRST)] + SECOND[mark[2] % len(SECOND)]
    return SURNAMES[mark[0] % len(SURNAMES)] + (given if mark[3] % 3 else SECOND[mark[2] % len(SECOND)])


@transaction.atomic
def make_demo_accounts(*, district_id: str = "320105", now: datetime) -> None:
    """Units, the demo users, staff of every community with a grid, and the 3+N of every first-level grid.

    The areas must be there. Repeating it changes nothing but gives the demo users back their password and posts.
    """
    today = timezone.localdate(now)
    places = [area for area in Area.objects.within(district_id).current(today).order_by("id") if len(area.id) <= 15]
    maker = _Maker(district_id, places, today - timedelta(days=400), now)
    maker.units()
    maker.demo_users()
    maker.community_staff()
    maker.teams()


class _Maker:
    """One run: what is there already is looked up once, what is missing is written in bulk."""

    def __init__(self, district_id: str, places: list[Area], since: date, now: datetime) -> None:
        self.district = next(area for area in places if area.id == district_id)
        self.streets = [area for area in places if area.level == Level.STREET]
        self.communities = [area for area in places if area.level == Level.COMMUNITY]
        self.grids = [area for area in places if area.level == Level.GRID]
        self.since, self.now = since, now
        home = f"{district_id}001001"
        self.home = next((area for area in self.communities if area.id == home), self.communities[0])
        self.unit_by_code: dict[str, Unit] = {}
        self.user_by_name: dict[str, User] = {}

    def units(self) -> None:
        kinds = Unit.Kind
        rows = [
            Unit(code=code, name=f"{self.district.name}{name}", kind=kinds.DEPARTMENT, area=self.district)
            for code, name in DEPARTMENTS
        ]
        for area in self.streets:
            rows.append(Unit(code=f"street-{area.id}", name=f"{area.name}办事处", kind=kinds.STREET_OFFICE, area=area))
        known = {unit.code for unit in Unit.objects.all()}
        Unit.objects.bulk_create(row for row in rows if row.code not in known)
        streets = {unit.area_id: unit for unit in Unit.objects.filter(kind=kinds.STREET_OFFICE)}
        offices = [
            Unit(
                code=f"community-{area.id}",
                name=area.name if area.name.endswith("委会") else f"{area.name}居委会",
                kind=kinds.COMMUNITY_OFFICE,
                area=area,
                parent=streets.get(area.id[:9]),
            )
            for area in self.communities
        ]
        Unit.objects.bulk_create(row for row in offices if row.code not in known)
        self.unit_by_code = {unit.code: unit for unit in Unit.objects.all()}

    def demo_users(self) -> None:
        home, street, district = self.home, self.home.id[:9], self.district
        grid = next((area for area in self.grids if area.id.startswith(home.id)), home)
        office, street_office = f"community-{home.id}", f"street-{street}"
        street_area = next(area for area in self.streets if area.id == street)
        posts: dict[str, list[tuple[Role, Area, str]]] = {
            "grid-worker": [(GRID_WORKER, grid, office)],
            "community-worker": [(COMMUNITY_WORKER, home, office)],
            "community-secretary": [(COMMUNITY_SECRETARY, home, office)],
            "street-staff": [(STREET_STAFF, street_area, street_office)],
            "department-staff": [(DEPARTMENT_STAFF, district, "dept-urban")],
            "civil-affairs": [(CIVIL_AFFAIRS, district, "dept-civil")],
            "legal-review": [(LEGAL_REVIEW, district, "dept-justice")],
            "organisation": [(ORGANISATION, district, "dept-organisation")],
            "auditor": [(AUDITOR, district, "")],
            "admin": [(ADMIN, district, "")],
            "two-posts": [(COMMUNITY_WORKER, home, office), (GRID_WORKER, grid, office)],
            "restricted-care": [(RESTRICTED_CARE, home, office)],
        }
        self._ensure_users(posts)
        password = make_password(DEMO_PASSWORD)
        User.objects.filter(username__in=posts).update(
            password=password, password_changed_at=self.now, must_change_password=False, is_active=True
        )
        self._ensure_posts((name, *post) for name, held in posts.items() for post in held)

    def community_staff(self) -> None:
        """A secretary, a worker, and a head and a worker for each grid, in every community that has a grid."""
        posts: list[tuple[str, Role, Area, str]] = []
        by_id = {area.id: area for area in self.communities}
        for community_id in sorted({grid.id[:12] for grid in self.grids}):
            office, community = f"community-{community_id}", by_id[community_id]
            if community != self.home:
                posts.append((f"cs-{community_id}", COMMUNITY_SECRETARY, community, office))
                posts.append((f"cw-{community_id}", COMMUNITY_WORKER, community, office))
            mine = [grid for grid in self.grids if grid.id.startswith(community_id)]
            for grid in mine:
                posts.append((f"gh-{grid.id}", GRID_HEAD, grid, office))
                if name := self._worker_of(grid, mine[0]):
                    posts.append((name, GRID_WORKER, grid, office))
        self._ensure_users({name for name, *_post in posts})
        self._ensure_posts(posts)

    def teams(self) -> None:
        """3+N: person in charge, head, worker, and five or six others, for every first-level grid."""
        done = set(TeamMember.objects.filter(area__in=self.grids).values_list("area_id", flat=True))
        first: dict[str, Area] = {}
        rows: list[TeamMember] = []
        for grid in self.grids:
            earliest = first.setdefault(grid.id[:12], grid)
            if grid.id not in done:
                rows.extend(self._team(grid, earliest))
        TeamMember.objects.bulk_create(rows)

    def _team(self, grid: Area, earliest: Area) -> Iterator[TeamMember]:
        at_home = grid.id.startswith(self.home.id)
        secretary = "community-secretary" if at_home else f"cs-{grid.id[:12]}"
        three = (
            (TeamMember.Part.LEAD, secretary),
            (TeamMember.Part.HEAD, f"gh-{grid.id}"),
            (TeamMember.Part.WORKER, self._worker_of(grid, earliest) or "grid-worker"),
        )
        for part, username in three:
            user = self.user_by_name[username]
            yield TeamMember(area=grid, part=part, user=user, name=user.name, starts_on=self.since)
        others = [*N_PARTS, TeamMember.Part.ENFORCEMENT] if int(grid.id) % 2 else list(N_PARTS)
        for part in others:
            yield TeamMember(area=grid, part=part, name=synthetic_name(f"{grid.id} {part}"), starts_on=self.since)

    def _worker_of(self, grid: Area, earliest: Area) -> str:
        """The account of a grid's worker; "" for the grid that `grid-worker` has."""
        if grid.id != earliest.id:
            return f"gw-{grid.id}"
        return "" if grid.id.startswith(self.home.id) else f"gw-{grid.id[:12]}"

    def _ensure_users(self, names: Collection[str]) -> None:
        known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        User.objects.bulk_create(
            User(username=name, name=synthetic_name(name), password=make_password(None), created_at=self.now)
            for name in sorted(names)
            if name not in known
        )
        self.user_by_name |= {user.username: user for user in User.objects.filter(username__in=names)}

    def _ensure_posts(self, posts: Iterable[tuple[str, Role, Area, str]]) -> None:
        held = set(Post.objects.active(timezone.localdate(self.now)).values_list("user__username", "role", "area_id"))
        Post.objects.bulk_create(
            Post(
                user=self.user_by_name[name],
                role=role.code,
                area=area,
                unit=self.unit_by_code.get(unit),
                starts_on=self.since,
            )
            for name, role, area, unit in posts
            if (name, role.code, area.id) not in held
        )
