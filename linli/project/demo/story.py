"""What becomes of a report: who does what after how long, until the case is closed or the present is reached."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from linli.apps.incidents import actions
from linli.foundation.accounts.actors import ANONYMOUS, SYSTEM, Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.files.models import StoredFile
from linli.lib.errors import Refusal
from linli.lib.working_calendar import WorkingCalendar
from linli.project.demo.people import Cast
from linli.project.demo.pictures import BEFORE_AFTER
from linli.spine.cases import clock, kinds
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.models import Matter


@dataclass(frozen=True, kw_only=True)
class World:
    """What all stories share."""

    words: Mapping[str, Any]
    photos: Mapping[str, StoredFile]
    cast: Cast
    matters: Sequence[Matter]
    calendar: WorkingCalendar
    home: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """The next thing that happens: a move, by whom, when."""

    move: str
    by: Actor
    at: datetime
    inputs: Inputs = field(default_factory=Inputs)
    as_reporter: bool = False


class Story:
    """One case. `live` makes moves until there is nothing left to do before the present."""

    def __init__(self, world: World, case: Case, rng: random.Random, stop_in: str = "") -> None:
        self.world, self.case, self.rng, self.stop_in = world, case, rng, stop_in
        self.cast, self.words = world.cast, world.words
        self.at = case.opened_at
        self.asked_more_time = self.paused = self.returned = self.sent_back = False
        # One in nine drags on, one in thirty is all but forgotten.
        self.pace = rng.choices((1.0, 1.9, 4.5), (86, 11, 3))[0]

    def live(self) -> None:
        """Make the moves, as far as `stop_in` if that is reached.

        A move that the rules refuse is left out, as a person would leave it.
        """
        refused = 0
        while self.case.is_open and refused < 3:
            step = self._next() if self.case.state != self.stop_in else None
            self._clock_moves(until=min(step.at, self.world.now) if step else self.world.now)
            if step is None or step.at >= self.world.now or not self.case.is_open:
                return
            self.at = step.at
            refused = 0 if self._make(step) else refused + 1

    def _make(self, step: Step) -> bool:
        try:
            self.case = actions.act(
                case_id=self.case.pk,
                name=step.move,
                by=step.by,
                inputs=step.inputs,
                now=step.at,
                is_reporter=step.as_reporter,
            )
        except Refusal:
            return False
        return True

    def _clock_moves(self, *, until: datetime) -> None:
        """What the periodic jobs would have done meanwhile: escalate what is very late, close what nobody answers."""
        while self.case.is_open:
            due = self._next_of_clock()
            if due is None or due.at >= until or not self._make(due):
                return
            self.at = due.at

    def _next_of_clock(self) -> Step | None:
        case, kind = self.case, kinds.of(self.case.kind)
        if case.due_at is None or case.deadline is None:
            return None
        if case.state == "handled":
            name, at = "close_unanswered", case.due_at
        elif case.state in kind.flow.move["escalate"].source and case.level < 2:
            name, at = "escalate", clock.very_late_from(case, kind, max(case.due_at, self._escalated_at()))
        else:
            return None
        return Step(move=name, by=SYSTEM, at=max(at + timedelta(minutes=5), self.at))

    def _escalated_at(self) -> datetime:
        last = self.case.events.filter(move="escalate").order_by("-seq").first()
        return last.at if last else self.case.opened_at

    # --- what happens in which state

    def _next(self) -> Step | None:
        if len(self.case.area_id) == 12 and not self.cast.has_office(self.case.area_id):
            return None  # No grid, no staff: the gap that the system reports.
        by_state = {
            "reported": self._reported,
            "accepted": self._accepted,
            "dispatched": self._dispatched,
            "handling": self._handling,
            "extension_asked": self._extension_asked,
            "paused": self._paused,
            "checking": self._checking,
            "handled": self._handled,
            "disputed": self._disputed,
        }
        return by_state[self.case.state]()

    def _reported(self) -> Step:
        if self.stop_in:
            return Step(move="accept", by=self._worker, at=self._worked(10, 200))
        if self._has_reporter and self._chance(0.02):
            return Step(move="withdraw", by=ANONYMOUS, at=self._later(0.5, 6), as_reporter=True)
        if self._chance(0.04):
            return self._refuse()
        at = self._worked(10, 260)
        if self._chance(0.05):
            at = self._worked(500, 900)
        if self.case.seq == 1 and self._chance(0.05):
            matter = self.rng.choice([m for m in self.world.matters if m.event_class == self.case.event_class])
            return Step(
                move="reclassify", by=self._worker, at=at, inputs=Inputs(matter=matter, note="按现场情况调整分类。")
            )
        return Step(move="accept", by=self._worker, at=at, inputs=Inputs(public_note=self._say("accepted")))

    def _refuse(self) -> Step:
        reason = self.rng.choice(sorted(self.words["refuse"]))
        words = Inputs(reason=reason, public_note=self.words["refuse"][reason])
        return Step(move="refuse", by=self._worker, at=self._worked(20, 300), inputs=words)

    def _accepted(self) -> Step:
        unit = catalogue.lead_unit(self.case.cited, self.case.area_id)
        at = self._worked(5, 110)
        if self._has_reporter and self.case.level and self._chance(0.3):
            return Step(move="remind", by=ANONYMOUS, at=self._later(4, 20), as_reporter=True)
        if unit is None or unit.kind == Unit.Kind.COMMUNITY_OFFICE or self.cast.of_unit(unit.pk) is None:
            return Step(move="handle_here", by=self._worker, at=at)
        return Step(move="dispatch", by=self._worker, at=at, inputs=Inputs(unit=unit))

    def _dispatched(self) -> Step:
        at = self._worked(15, 200) if self._chance(0.92) else self._worked(260, 700)
        if not self.returned and self._chance(0.04):
            self.returned = True
            words = Inputs(reason="not_our_duty", note=self._say("return"))
            return Step(move="return", by=self._unit_staff, at=at, inputs=words)
        return Step(move="sign", by=self._unit_staff, at=at)

    def _handling(self) -> Step:
        promised = self.case.cited.promised
        days = promised.amount if promised.unit == "working_days" else 1
        whole = days * 7 * 60
        if self._chance(0.1):
            note = Inputs(note=self._say("internal"))
            return Step(move="note", by=self._worker, at=self._worked(10, 120), inputs=note)
        if self._has_reporter and self._chance(0.1):
            reply = Inputs(public_note=self._say("reply"))
            return Step(move="reply", by=self._unit_staff, at=self._worked(20, 200), inputs=reply)
        if self._has_reporter and self._chance(0.05):
            more = Inputs(public_note=self._say("add"))
            return Step(move="add", by=ANONYMOUS, at=self._later(2, 30), inputs=more, as_reporter=True)
        if not self.paused and self._wanted("paused", 0.06):
            self.paused = True
            reason = self.rng.choice(sorted(self.words["pause"]))
            words = Inputs(reason=reason, public_note=self.words["pause"][reason])
            return Step(move="pause", by=self._worker, at=self._worked(60, 300), inputs=words)
        if not self.asked_more_time and days >= 3 and self._wanted("extension_asked", 0.09):
            self.asked_more_time = True
            words = Inputs(days=self.rng.choice((2, 3, 5)), note=self._say("extend"))
            at = self._worked(whole * 0.3, whole * 0.6)
            return Step(move="ask_extension", by=self._unit_staff, at=at, inputs=words)
        at = self._worked(whole * 0.1 * self.pace, whole * 0.62 * self.pace)
        words = Inputs(note=self._done(), photos=(self._photo(after=True),))
        return Step(move="finish", by=self._unit_staff, at=at, inputs=words)

    def _extension_asked(self) -> Step:
        granted = self._chance(0.8)
        words = Inputs(note=self._say("grant") if granted else "现有力量可以按期完成，请抓紧。")
        move = "grant_extension" if granted else "deny_extension"
        return Step(move=move, by=self._worker, at=self._worked(20, 300), inputs=words)

    def _paused(self) -> Step:
        return Step(
            move="resume", by=self._worker, at=self._worked(500, 2400), inputs=Inputs(note="条件具备，恢复办理。")
        )

    def _checking(self) -> Step:
        if not self.sent_back and self._chance(0.08):
            self.sent_back = True
            words = Inputs(note=self._say("back"))
            return Step(move="send_back", by=self._secretary, at=self._worked(20, 300), inputs=words)
        photos = (self._photo(after=True),) if self._chance(0.4) else ()
        words = Inputs(public_note=self._say("public"), photos=photos)
        return Step(move="verify", by=self._secretary, at=self._worked(15, 330), inputs=words)

    def _handled(self) -> Step | None:
        complains = self.stop_in == "disputed"
        if not self._has_reporter or (self._chance(0.26) and not complains):
            return None  # The resident says nothing; the clock closes it.
        at = self._later(1, 90)
        if self._chance(0.82 if self.case.reopens == 0 else 0.62) and not complains:
            words = Inputs(satisfaction=self.rng.choices((3, 2, 1), (62, 30, 8))[0], public_note=self._say("thanks"))
            return Step(move="confirm", by=ANONYMOUS, at=at, inputs=words, as_reporter=True)
        may_reopen = self.case.reopens < 2
        words = Inputs(
            satisfaction=self.rng.choice((1, 1, 2)), public_note=self._say("unsolved" if may_reopen else "still")
        )
        move = "reopen" if may_reopen else "dispute"
        return Step(move=move, by=ANONYMOUS, at=at, inputs=words, as_reporter=True)

    def _disputed(self) -> Step:
        again = self._chance(0.5)
        words = Inputs(public_note=self._say("order" if again else "close"))
        move = "order_again" if again else "close_unsolved"
        return Step(move=move, by=self.cast.street(self.case.area_id), at=self._worked(200, 900), inputs=words)

    # --- who, when, what words

    @property
    def _has_reporter(self) -> bool:
        return self.case.source in (Case.Source.RESIDENT, Case.Source.ANONYMOUS)

    @property
    def _worker(self) -> Actor:
        return self.cast.community_worker(self.case.area_id)

    @property
    def _secretary(self) -> Actor:
        return self.cast.secretary(self.case.area_id)

    @property
    def _unit_staff(self) -> Actor:
        assert self.case.unit_id is not None
        return self.cast.of_unit(self.case.unit_id) or self._worker

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _wanted(self, state: str, share: float) -> bool:
        """Whether this story goes through a state: when it shall stop there, and by chance."""
        return self.stop_in == state or self._chance(share)

    def _worked(self, least: float, most: float) -> datetime:
        """So many working minutes later: offices sleep at night, on weekends and on holidays.

        Who is to stop in a state gets there within two hours a step.
        """
        if self.stop_in:
            least, most = min(least, 20), min(most, 120)
        minutes = max(1, round(self.rng.uniform(least, most)))
        return self.world.calendar.add_working_minutes(self.at, minutes) + timedelta(seconds=self.rng.randrange(60))

    def _later(self, least: float, most: float) -> datetime:
        """So many hours later, at an hour when people are up."""
        most = min(most, 8) if self.stop_in else most
        at = timezone.localtime(self.at + timedelta(hours=self.rng.uniform(least, most)))
        if 7 <= at.hour < 22:
            return at
        morning = at.replace(hour=8, minute=self.rng.randrange(60))
        return morning if at.hour < 7 else morning + timedelta(days=1)

    def _say(self, key: str) -> str:
        said: str = self.rng.choice(self.words[key])
        return said

    def _done(self) -> str:
        said: str = self.rng.choice(self.words["done"][self.case.event_class])
        return said

    def _photo(self, *, after: bool) -> StoredFile:
        return self.world.photos[BEFORE_AFTER[self.case.event_class][after]]
