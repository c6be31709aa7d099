"""A move as it is offered: may be made now, or why not, and what it asks for."""

from typing import Self

from django.utils.translation import gettext as _
from pydantic import Field

from linli.sites.api.fields import Answer, example
from linli.spine.cases.kinds import Kind
from linli.spine.cases.queries import Choice


class ReasonOut(Answer):
    """A coded reason that a move may ask for."""

    code: str
    label: str


class MoveOut(Answer):
    """A move as a button: may be made now, or why not, and what it asks for."""

    model_config = example(
        {
            "name": "refuse",
            "label": "不予受理",
            "allowed": True,
            "why_not": "",
            "to_state": "refused",
            "needs": ["reason", "public_note"],
            "optional": [],
            "reasons": [{"code": "out_of_duty", "label": "不属于社区和区的职责"}],
            "primary": False,
            "grave": True,
        }
    )

    name: str
    label: str
    allowed: bool
    why_not: str
    to_state: str | None = Field(description="None where the case stays as it is.")
    needs: list[str] = Field(description="note, public_note, reason, unit, matter, photo, days or satisfaction.")
    optional: list[str]
    reasons: list[ReasonOut]
    primary: bool
    grave: bool = Field(description="Ask people before you send it.")

    @classmethod
    def of(cls, choice: Choice, kind: Kind) -> Self:
        """A choice of the flow."""
        move = choice.move
        reasons = kind.reasons.get(move.name, {})
        return cls(
            name=move.name,
            label=_(move.label),
            allowed=choice.allowed,
            why_not=choice.why_not,
            to_state=move.target,
            needs=[need.value for need in move.needs],
            optional=[need.value for need in move.wants],
            reasons=[ReasonOut(code=code, label=_(label)) for code, label in reasons.items()],
            primary=move.primary,
            grave=move.grave,
        )
