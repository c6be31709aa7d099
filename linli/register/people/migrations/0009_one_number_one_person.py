"""Documents are found by their number, whatever kind of document it was called (ADR 0021).

Numbers of 18 characters that stood under another kind than the identity card get the index of the number alone; so do
old numbers of 15 digits. The other indexes stay as they are. Where somebody else of the district has the number
already, nothing is changed and nothing is lost: a correction waits at the second person, so that somebody looks at both.
"""

import json

from django.db import migrations, transaction
from django.utils import timezone

from linli.foundation import vault
from linli.lib import citizen_id
from linli.register.people import documents

CHUNK = 1000
CITIZEN = "111"
REASON = "同一证件号码登记在两个人名下（证件类型填写不同），请核对是否同一人。"
NOTE = "证件号码与在册的另一人（编号 {other}）相同，请核对"


def reindex(apps, schema_editor):
    person, staged = apps.get_model("people", "Person"), apps.get_model("people", "Staged")
    correction = apps.get_model("people", "Correction")
    for row, number, index in _others(person):
        other = person.objects.filter(district_id=row.district_id, identity_index=index).exclude(pk=row.pk).first()
        if other is not None:
            _tell(correction, row, other.pk)
            continue
        person.objects.filter(pk=row.pk).update(
            identity_index=index, identity_kind=documents.kind_of(number), identity_sealed=_sealed(row, number)
        )
    for row, number, index in _others(staged):
        staged.objects.filter(pk=row.pk).update(
            identity_index=index, identity_kind=documents.kind_of(number), identity_sealed=_sealed(row, number)
        )


def _others(model):
    """The rows whose number has 18 characters although they were indexed as another kind; chunk by chunk."""
    rows, last = model.objects.filter(identity_index__isnull=False).exclude(identity_kind=CITIZEN), 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = part[-1].pk
        with transaction.atomic():
            for row in part:
                number = citizen_id.whole(vault.unseal(row.identity_sealed, vault.IDENTITY))
                if number:
                    yield row, number, vault.index(documents.whole_key(number), vault.IDENTITY)


def _sealed(row, number):
    kept = vault.unseal(row.identity_sealed, vault.IDENTITY)
    return row.identity_sealed if kept == number else vault.seal(number, vault.IDENTITY)


def _tell(correction, row, other):
    note = "；".join(part for part in (row.note, NOTE.format(other=other)) if part)[:300]
    correction.objects.create(
        person_id=row.pk,
        area_id=row.area_id,
        proposed_sealed=vault.seal(json.dumps({"note": note}, ensure_ascii=False), vault.CORRECTION),
        version=row.version,
        reason=REASON,
        asked_at=timezone.now(),
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0008_party_unit")]

    operations = [migrations.RunPython(reindex, migrations.RunPython.noop)]
