"""Reports and moves as tests need them: through the real actions, with as little said as possible."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from linli.apps.incidents import actions
from linli.apps.incidents.actions import Receipt, Report, Reporter
from linli.apps.incidents.models import Incident
from linli.apps.incidents.places import Found
from linli.foundation.accounts.actors import ANONYMOUS, Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.files.models import StoredFile
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case
from linli.spine.catalogue import queries as catalogue

COMMUNITY = "320105001001"
PHONE = "19900001234"


def jpeg(colour="navy", size=(320, 240)) -> SimpleUploadedFile:
    """A small real photo."""
    image = BytesIO()
    Image.new("RGB", size, colour).save(image, "JPEG")
    return SimpleUploadedFile("photo.jpg", image.getvalue(), "image/jpeg")


def stored_photo(now: datetime, mark: str = "") -> StoredFile:
    """A photo row without a file behind it, for tests that only need one to exist."""
    mark = mark or uuid4().hex
    return StoredFile.objects.create(
        sha256=mark.ljust(64, "0")[:64],
        kind="photo",
        media_type="image/jpeg",
        bytes=1000,
        width=320,
        height=240,
        uploaded_at=now,
    )


def report(
    *,
    now: datetime,
    by: Actor = ANONYMOUS,
    text: str = "楼道堆放杂物，消防通道走不通",
    matter: str = "hazard.fire",
    area_id: str = COMMUNITY,
    phone: str = PHONE,
    key: str = "",
    **more: object,
) -> Receipt:
    """A report of a fire hazard in the community, by a visitor who leaves a phone."""
    found = catalogue.one(matter, area_id, now.date())
    assert found is not None
    given = Report(
        text=text,
        matter=found,
        found=more.pop("found", None) or Found(area_id, Incident.Found.LIST),  # type: ignore[arg-type]
        submission_key=key or uuid4().hex,
        reporter=Reporter(phone=phone, name=str(more.pop("name", ""))),
        **more,  # type: ignore[arg-type]
    )
    return actions.report(by=by, given=given, now=now)


@dataclass
class Walk:
    """A case on its way: each step moves it by somebody, a little later, with whatever the move needs."""

    case: Case
    now: datetime
    pace: timedelta = timedelta(minutes=10)
    steps: list[str] = field(default_factory=list)

    def step(
        self, name: str, by: Actor, *, later: timedelta | None = None, is_reporter: bool = False, **given: object
    ) -> Case:
        self.now += self.pace if later is None else later
        inputs = {**self._defaults(name), **given}
        self.case = actions.act(
            case_id=self.case.pk,
            name=name,
            by=by,
            inputs=Inputs(**inputs),  # type: ignore[arg-type]
            now=self.now,
            is_reporter=is_reporter,
        )
        self.steps.append(name)
        return self.case

    def _defaults(self, name: str) -> dict[str, object]:
        make = _GIVEN.get(name)
        return make(self.now) if make else {}


_GIVEN: dict[str, Callable[[datetime], dict[str, object]]] = {
    "dispatch": lambda now: {"unit": Unit.objects.get(code="dept-urban")},
    "finish": lambda now: {"note": "已清理", "photos": (stored_photo(now),)},
    "solve_on_spot": lambda now: {"photos": (stored_photo(now),)},
    "verify": lambda now: {"public_note": "现场已核实"},
    "close_unsolved": lambda now: {"public_note": "已多次处理，依法只能如此"},
    "order_again": lambda now: {"public_note": "责成重新办理"},
    "refuse": lambda now: {"reason": "out_of_duty", "public_note": "不属于社区职责，请联系供电公司"},
    "return": lambda now: {"reason": "not_our_duty", "note": "不在职责范围内"},
    "recall": lambda now: {"note": "该单位暂无人员，改派"},
    "ask_extension": lambda now: {"days": 2, "note": "等待材料"},
    "deny_extension": lambda now: {"note": "请尽快处理"},
    "send_back": lambda now: {"note": "现场还没有清理"},
    "note": lambda now: {"note": "已电话联系"},
    "pause": lambda now: {"reason": "weather", "public_note": "连续下雨，暂停施工"},
    "confirm": lambda now: {"satisfaction": 3},
    "reopen": lambda now: {"satisfaction": 1, "public_note": "还是堵着的"},
    "dispute": lambda now: {"satisfaction": 1, "public_note": "还是堵着的"},
    "reply": lambda now: {"public_note": "已安排人员"},
    "add": lambda now: {"public_note": "补充说明"},
}
