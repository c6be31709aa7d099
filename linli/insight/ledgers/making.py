"""Making the workbook of an export: in the request when it is small, by the worker otherwise."""

import logging
from array import array
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import Permission
from linli.foundation.jobs.actions import retire
from linli.foundation.jobs.worker import Pulse, worker_name
from linli.insight.ledgers import columns, definitions
from linli.insight.ledgers.actions import exports
from linli.insight.ledgers.definitions import Field
from linli.insight.ledgers.models import Export, Subject
from linli.insight.ledgers.queries import reasons
from linli.insight.ledgers.rows import Source
from linli.insight.ledgers.store import store
from linli.lib.workbooks import KEY, Column, Stamp, write
from linli.register.people import codes

logger = logging.getLogger(__name__)

#: Rows that one request may write itself (some tenths of a second).
AT_ONCE = 2000


class Cancelled(Exception):  # noqa: N818 - what happened
    """Whoever asked for the export does not want it any more."""


def run(export_id: int) -> str:
    """Claim an export and make it, with a sign of life every few seconds; says in a word what became of it."""
    pulse = Pulse(worker_name())
    pulse.beat()
    try:
        export = exports.take(export_id=export_id, worker=pulse.name, now=timezone.now())
        if export is None:
            return ""
        with pulse.beating():
            return _make(export, pulse)
    finally:
        retire(name=pulse.name)


def _make(export: Export, pulse: Pulse) -> str:
    name = store.new_name()
    try:
        maker = _Maker(export, _asker(export), pulse)
        maker.write(name)
        if exports.finish(
            export=export,
            by=maker.actor,
            worker=pulse.name,
            path=name,
            rows=maker.count,
            people=maker.people,
            now=timezone.now(),
        ):
            return "ready"
    except Cancelled:
        pass
    except NoLongerAllowed:
        message = _("The post that asked for it may no longer export this.")
        exports.fail(export_id=export.pk, worker=pulse.name, message=message)
    except Exception:
        # The cause is for the operator; the row says that it failed and can be tried again.
        logger.exception("Export %s failed.", export.pk)
        message = _("Something went wrong on our side. Try again, or tell the administrator.")
        exports.fail(export_id=export.pk, worker=pulse.name, message=message)
    store.remove(name)
    return "not made"


class NoLongerAllowed(Exception):  # noqa: N818 - what is the case
    """Between the question and the making the post ended or lost the right."""


def _asker(export: Export) -> Actor:
    """Who asked, with the rights that the post has now."""
    today = timezone.localdate()
    post = Post.objects.filter(pk=export.asked_post_id or 0).select_related("user").first()
    held = post is not None and post.starts_on <= today and (post.ends_on is None or post.ends_on >= today)
    if post is None or not held or not post.user.is_active:
        raise NoLongerAllowed
    actor = actor_for(post.user, post)
    if not (actor.can(Permission.EXPORT) and actor.can(Permission.PEOPLE_READ)):
        raise NoLongerAllowed
    return actor


class _Maker:
    """One run over the rows of one export."""

    def __init__(self, export: Export, actor: Actor, pulse: Pulse) -> None:
        self.export, self.actor, self.pulse = export, actor, pulse
        known = definitions.fields(export.subject)
        self.fields = [(known[key], label) for key, label in export.columns if key in known]
        keys = [field.key for field, _label in self.fields]
        self.source = Source(actor, export.subject, export.filters, timezone.localdate(export.asked_at), keys)
        # Eight bytes for everybody who is in it.
        self.people = array("q")
        self.count = 0
        self.pairs: list[tuple[str, str]] = []

    def write(self, name: str) -> None:
        """Write the file."""
        shown = [Column(KEY, hidden=True), *(_column(field, label) for field, label in self.fields)]
        write(store.path_of(name), columns=shown, rows=self._rows(), stamp=self._stamp())
        store.path_of(name).chmod(0o600)

    def _rows(self) -> Iterator[list[Any]]:
        subject, unmasked = self.export.subject, frozenset(self.export.unmasked)
        at = timezone.now()
        readers = [columns.reader(field, self.source, unmasked) for field, _label in self.fields]
        for chunk in self.source.chunks():
            for row in chunk:
                self.count += 1
                if subject == Subject.PEOPLE:
                    self.people.append(row.thing.pk)
                yield [columns.row_key(subject, row, at), *(read(row) for read in readers)]
            self.pulse.turn(f"export {self.export.pk}")
            if not exports.go_on(export_id=self.export.pk, worker=self.pulse.name, rows_done=self.count):
                raise Cancelled
        # The last sheet is written after the last row: by now they are counted.
        self.pairs.append(("行数", str(self.count)))

    def _stamp(self) -> Stamp:
        export = self.export
        post = export.asked_post
        asked = timezone.localtime(export.asked_at)
        why = reasons(export.area_id, asked.date()).get(export.reason)
        unit = post.unit.name if post is not None and post.unit is not None else export.area.name
        role = str(post.get_role_display()) if post is not None else ""
        filters = "；".join(f"{label}：{value}" for label, value in export.words) or "无"
        shown = "、".join(label for field, label in self.fields if field.key in export.unmasked)
        self.pairs += [
            ("导出编号", export.number),
            ("台账", export.title),
            ("导出人", export.asker_name),
            ("岗位", role),
            ("单位", unit),
            ("范围", export.area.name),
            ("导出时间", f"{timezone.localtime():%Y-%m-%d %H:%M}"),
            ("理由", why.label if why else export.reason),
            ("用途", export.why),
            ("筛选条件", filters),
            ("敏感信息", f"经批准完整显示：{shown}" if shown else "已遮蔽"),
            ("批准人", export.decided_by.name if export.decided_by is not None else "无需批准（已遮蔽）"),
            ("注意", "含个人信息，仅限上述用途，用毕删除；转交、外传须另行批准"),
        ]
        line = f"{export.number} {export.asker_name} {unit} {asked:%Y-%m-%d %H:%M} {export.why}"
        return Stamp(export.title, "导出说明", self.pairs, line)


def _column(field: Field, label: str) -> Column:
    choices = tuple(codes.labels(field.table).values()) if field.table else ()
    return Column(label, field.kind, field.width, choices)
