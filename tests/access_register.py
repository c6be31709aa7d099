"""The addresses of register, visits, ledgers and figures for the walk, and what stands behind their placeholders."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from linli.apps.incidents.tests.factories import PHONE
from linli.apps.visits.tests.factories import visit
from linli.foundation.accounts.actors import actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.imports.models import SavedWord
from linli.insight.ledgers import definitions
from linli.insight.ledgers.actions import exports
from linli.register.homes.actions import organisations
from linli.register.people.actions import contacts, corrections, requests, restricted, tags, tenures, transfers
from linli.register.people.actions.events import Home
from linli.register.people.models import PopulationEvent, UnreadCell
from linli.register.people.tests import factories as make
from linli.register.people.tests.sheets_of import checked

EXPECTED = {
    "register/people/": ("community-worker", 200, 405),
    "register/search/": ("community-worker", 200, 302),
    "register/search/suggest/": ("community-worker", 405, 200),
    "register/people/divisions/": ("community-worker", 200, 405),
    "register/people/find/": ("community-worker", 405, 302),
    "register/people/print/": ("community-worker", 200, 405),
    "register/people/new/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/": ("community-worker", 200, 405),
    "register/people/<int:person_id>/edit/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/photo/": ("community-worker", 404, 405),
    "register/people/<int:person_id>/photo/change/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/groups/new/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/groups/<int:tag_id>/end/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/groups/<int:tag_id>/review/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/related/new/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/related/<int:contact_id>/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/related/<int:contact_id>/end/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/related/<int:contact_id>/<slug:field>/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/reveal/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/call/": ("community-worker", 405, 200),
    "register/people/<int:person_id>/correct/": ("grid-worker", 200, 422),
    "register/people/<int:person_id>/readers/": ("community-secretary", 200, 405),
    "register/people/<int:person_id>/request/": ("community-worker", 200, 422),
    "register/requests/": ("community-worker", 200, 405),
    "register/requests/<int:request_id>/": ("community-secretary", 200, 422),
    "register/requests/<int:request_id>/copy/": ("community-secretary", 200, 405),
    "register/restricted/": ("restricted-care", 200, 200),
    "register/restricted/people/<int:person_id>/": ("restricted-care", 200, 200),
    "register/restricted/entries/<int:entry_id>/end/": ("restricted-care", 405, 302),
    "register/restricted/entries/<int:entry_id>/review/": ("restricted-care", 405, 302),
    "register/corrections/": ("community-worker", 200, 405),
    "register/corrections/<int:correction_id>/decide/": ("community-worker", 405, 422),
    "register/corrections/<int:correction_id>/withdraw/": ("grid-worker", 405, 302),
    "register/homes/": ("community-worker", 200, 405),
    "register/homes/estates/new/": ("community-worker", 200, 422),
    "register/homes/estates/<int:estate_id>/": ("community-worker", 200, 405),
    "register/homes/estates/<int:estate_id>/edit/": ("community-worker", 200, 422),
    "register/homes/buildings/new/": ("community-worker", 200, 422),
    "register/homes/buildings/<int:building_id>/": ("community-worker", 200, 405),
    "register/homes/buildings/<int:building_id>/edit/": ("community-worker", 200, 422),
    "register/homes/buildings/<int:building_id>/grid/": ("community-worker", 200, 422),
    "register/homes/buildings/<int:building_id>/print/": ("community-worker", 200, 405),
    "register/homes/buildings/<int:building_id>/dwellings/new/": ("community-worker", 200, 422),
    "register/homes/buildings/<int:building_id>/dwellings/many/": ("community-worker", 200, 422),
    "register/homes/dwellings/<int:dwelling_id>/": ("community-worker", 200, 405),
    "register/homes/dwellings/<int:dwelling_id>/edit/": ("community-worker", 200, 422),
    "register/homes/dwellings/<int:dwelling_id>/remove/": ("community-worker", 200, 422),
    "register/homes/dwellings/<int:dwelling_id>/tenures/new/": ("community-worker", 200, 422),
    "register/homes/dwellings/<int:dwelling_id>/tenures/<int:tenure_id>/end/": ("community-worker", 200, 422),
    "register/homes/dwellings/<int:dwelling_id>/tenures/<int:tenure_id>/phone/": ("community-worker", 200, 422),
    "register/map/": ("community-worker", 200, 405),
    "register/map/points/": ("community-worker", 200, 405),
    "register/map/shapes/": ("community-worker", 200, 405),
    "register/organisations/": ("community-worker", 200, 405),
    "register/organisations/new/": ("community-worker", 200, 422),
    "register/organisations/<int:organisation_id>/": ("community-worker", 200, 405),
    "register/organisations/<int:organisation_id>/edit/": ("community-worker", 200, 422),
    "register/organisations/<int:organisation_id>/close/": ("community-worker", 200, 422),
    "register/organisations/<int:organisation_id>/reopen/": ("community-worker", 405, 302),
    "register/organisations/<int:organisation_id>/phone/": ("community-worker", 200, 422),
    "register/households/<int:household_id>/": ("community-worker", 200, 405),
    "register/households/<int:household_id>/edit/": ("community-worker", 200, 422),
    "register/households/<int:household_id>/head/": ("community-worker", 200, 422),
    "register/households/<int:household_id>/split/": ("community-worker", 200, 422),
    "register/households/<int:household_id>/merge/": ("community-worker", 200, 422),
    "register/households/<int:household_id>/move/": ("community-worker", 200, 422),
    "register/households/<int:household_id>/move-out/": ("community-worker", 200, 422),
    "register/people/<int:person_id>/events/<slug:kind>/": ("community-worker", 200, 422),
    "register/events/<int:event_id>/undo/": ("community-worker", 200, 422),
    "register/moves/": ("community-worker", 200, 405),
    "register/moves/in/": ("community-worker", 200, 422),
    "register/moves/<int:transfer_id>/accept/": ("community-worker", 200, 422),
    "register/moves/<int:transfer_id>/refuse/": ("community-worker", 200, 422),
    "register/moves/<int:transfer_id>/withdraw/": ("community-worker", 405, 404),
    "register/unread/": ("community-worker", 200, 405),
    "register/people/<int:person_id>/unread/<int:cell_id>/": ("community-worker", 200, 422),
    "register/imports/words/": ("community-worker", 200, 405),
    "register/imports/words/<int:word_id>/forget/": ("community-worker", 405, 302),
    "register/imports/<int:batch_id>/words/": ("community-worker", 200, 302),
    "register/imports/": ("community-worker", 200, 422),
    "register/imports/<int:batch_id>/": ("community-worker", 302, 405),
    "register/imports/<int:batch_id>/columns/": ("community-worker", 200, 422),
    "register/imports/<int:batch_id>/sheet/": ("community-worker", 405, 302),
    "register/imports/<int:batch_id>/take-in/": ("community-worker", 405, 302),
    "register/imports/<int:batch_id>/progress/": ("community-worker", 302, 405),
    "register/imports/<int:batch_id>/rows/": ("community-worker", 200, 302),
    "register/imports/<int:batch_id>/workbook/": ("community-worker", 200, 405),
    "register/imports/<int:batch_id>/replace/": ("community-worker", 405, 422),
    "register/imports/<int:batch_id>/merge/": ("community-worker", 200, 302),
    "register/imports/<int:batch_id>/preview/": ("community-worker", 200, 405),
    "register/imports/<int:batch_id>/approve/": ("community-worker", 405, 302),
    "register/imports/<int:batch_id>/recheck/": ("community-worker", 405, 302),
    "register/imports/<int:batch_id>/result/": ("community-worker", 302, 405),
    "register/imports/<int:batch_id>/undo/": ("community-worker", 405, 302),
    "register/imports/<int:batch_id>/cancel/": ("community-worker", 405, 409),
    "ledgers/": ("community-worker", 200, 405),
    "ledgers/exports/": ("community-worker", 200, 405),
    "ledgers/exports/<int:export_id>/": ("community-worker", 200, 405),
    "ledgers/exports/<int:export_id>/decide/": ("community-secretary", 405, 422),
    "ledgers/exports/<int:export_id>/cancel/": ("community-worker", 405, 302),
    "ledgers/exports/<int:export_id>/again/": ("community-worker", 405, 409),
    "ledgers/exports/<int:export_id>/download/": ("community-worker", 409, 405),
    "ledgers/<slug:slug>/": ("community-worker", 200, 405),
    "ledgers/<slug:slug>/print/": ("community-worker", 200, 405),
    "ledgers/<slug:slug>/export/": ("community-worker", 200, 422),
    "ledgers/<slug:slug>/save/": ("community-worker", 200, 422),
    "ledgers/<slug:slug>/rename/": ("community-worker", 404, 404),
    "ledgers/<slug:slug>/remove/": ("community-worker", 405, 404),
    "population/": ("community-worker", 200, 405),
    "population/figures.csv": ("community-worker", 200, 405),
    "population/figures.xlsx": ("community-worker", 200, 405),
    "visits/": ("community-worker", 200, 405),
    "visits/csrf/": ("community-worker", 200, 405),
    "visits/sw.js": ("visitor", 200, 405),
    "visits/pocket/": ("community-worker", 200, 422),
    "visits/people/<int:person_id>/": ("community-worker", 200, 405),
    "visits/people/<int:person_id>/record/": ("community-worker", 200, 422),
    "visits/people/<int:person_id>/call/": ("community-worker", 405, 200),
    "visits/records/<int:visit_id>/": ("community-worker", 200, 405),
    "visits/records/<int:visit_id>/files/<uuid:file_id>/": ("community-worker", 404, 405),
    "visits/plan/": ("community-worker", 200, 405),
    "visits/plan/print/": ("community-worker", 200, 405),
    "visits/plan/workers/": ("community-worker", 200, 405),
    "visits/plan/assign/": ("community-worker", 405, 422),
    "visits/plan/undo/<uuid:act_key>/": ("community-worker", 405, 303),
    "visits/rate/": ("community-worker", 200, 405),
}
#: The community from which somebody asks to move here: neither the home community nor that of the colleague elsewhere.
THIRD = "320105001006"


def actor(username: str):
    post = Post.objects.select_related("user").get(user__username=username)
    return actor_for(post.user, post)


def register_values(now: datetime) -> dict[str, str]:
    """One of each in the home community, made in the ordinary way; the codes that the addresses need."""
    worker, grid, other = actor("community-worker"), actor("grid-worker"), actor(f"cw-{THIRD}")
    person = make.person(by=worker, now=now, happened_on=date(2020, 1, 1), phone=PHONE)
    make.person(
        by=worker,
        now=now,
        name="赵国强",
        sequence=9,
        sex="1",
        home=Home(household_id=person.household_id),
        relation="11",
        happened_on=date(2020, 1, 1),
    )
    person.refresh_from_db()
    tag = tags.give(
        by=worker,
        person=person,
        kind="veteran",
        basis="退役证",
        since=date(2024, 1, 1),
        now=now,
    )
    correction = corrections.propose(by=grid, person=person, given={"workplace": "退休"}, reason="本人说的", now=now)
    dwelling = person.dwelling
    contact = contacts.add(
        by=worker, person_id=person.pk, given={"kind": "guardian", "name": "沈玉梅", "phone": "13900000002"}, now=now
    )
    tenure = tenures.add(
        by=worker,
        dwelling_id=dwelling.pk,
        given={"part": "owner", "name": "孙业主", "phone": "13900002222"},
        now=now,
    )
    organisation = organisations.create(
        by=worker,
        given={
            "name": "便民小店",
            "kind": "02",
            "area_id": dwelling.area_id,
            "contact": "店主",
            "phone": "13900003333",
        },
        now=now,
    )
    away = make.person(
        by=other,
        now=now,
        name="周文",
        sequence=11,
        home=Home(dwelling_id=make.dwelling("101", community=THIRD).pk),
        happened_on=date(2020, 1, 1),
    )
    transfer = transfers.ask_out(
        by=other,
        people=[away.pk],
        to_area_id=make.COMMUNITY,
        happened_on=now.date() - timedelta(days=1),
        reason="搬家",
        now=now,
    )
    ledger = definitions.shipped()["people"]
    export = exports.ask(
        by=worker, ledger=ledger, chosen={}, words=[], reason="statutory", why="年度核对", full=True, now=now
    )
    request = requests.ask(by=worker, person=person, kind="copy", proof="看过身份证", now=now)
    make.switch_restricted_on(make.COMMUNITY[:6])
    entry = restricted.give(
        by=actor("restricted-care"), person=person, kind="correction", basis="通知", since=date(2025, 1, 1), now=now
    )
    batch = checked(worker, [{"姓名": "吴新民", "现住址": "莫愁新寓3幢2单元501室"}], now)
    cell = UnreadCell.objects.create(
        person=person, batch=batch, row=2, field="phone", heading="联系电话", why='["hidden", {}]'
    )
    word = SavedWord.objects.create(
        area_id=make.COMMUNITY, kind="people", table="relation", word="媳妇", meaning="12", said_at=now
    )
    return {
        "person_id": str(person.pk),
        "tag_id": str(tag.pk),
        "correction_id": str(correction.pk),
        "household_id": str(person.household_id),
        "dwelling_id": str(dwelling.pk),
        "building_id": str(dwelling.building_id),
        "estate_id": str(dwelling.building.estate_id),
        "tenure_id": str(tenure.pk),
        "contact_id": str(contact.pk),
        "field": "phone",
        "organisation_id": str(organisation.pk),
        "transfer_id": str(transfer.pk),
        "event_id": str(PopulationEvent.objects.filter(person=person).latest("pk").pk),
        "export_id": str(export.pk),
        "batch_id": str(batch.pk),
        "cell_id": str(cell.pk),
        "word_id": str(word.pk),
        "request_id": str(request.pk),
        "entry_id": str(entry.pk),
        "visit_id": str(visit(person, by=worker, at=now - timedelta(hours=1)).pk),
        "act_key": str(uuid4()),
        "kind": "death",
        "slug": "people",
    }
