"""Every model makes its choices: what it says about people, whether it only grows, and where its rows belong."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from linli.apps.incidents.tests.factories import report
from linli.foundation.audit import append_only
from linli.foundation.audit.actions import record
from linli.foundation.audit.models import AccessRecord
from linli.spine.cases.models import Event

OURS = [
    model for model in apps.get_models() if model.__module__.startswith("linli.") and "tests" not in model.__module__
]
CLASSES = {"personal", "sensitive", "secret"}
#: Names of fields that hold something about a person wherever they stand.
TELLTALE = ("phone", "password", "secret", "ip", "id_number", "birth")


def name_of(model) -> str:
    return model._meta.label


def test_all_models_are_seen():
    assert len(OURS) >= 25


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_every_model_says_what_it_knows_of_people(model):
    """By a map of its fields, or by saying in its docstring that there is nothing."""
    declared = getattr(model, "PERSONAL", None)
    words = (model.__doc__ or "").lower()
    assert declared is not None or "personal data" in words, "declare PERSONAL, or say “No personal data.”"


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_declared_fields_exist_and_have_a_class(model):
    fields = {field.name for field in model._meta.get_fields()} | {
        field.attname for field in model._meta.concrete_fields
    }
    for field, kind in getattr(model, "PERSONAL", {}).items():
        assert field in fields, field
        assert kind in CLASSES, (field, kind)


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_fields_with_a_telltale_name_are_declared(model):
    declared = getattr(model, "PERSONAL", {})
    words = (model.__doc__ or "").lower()
    for field in model._meta.concrete_fields:
        parts = field.name.split("_")
        if isinstance(field, models.CharField | models.TextField) and set(parts) & set(TELLTALE):
            assert field.name in declared or "personal data" in words or "public" in words, field.name


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_sensitive_fields_are_sealed_or_indexes_or_hashes(model):
    for field, kind in getattr(model, "PERSONAL", {}).items():
        if kind == "sensitive":
            assert field.endswith(("_sealed", "_index")), field


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_nothing_is_deleted_by_way_of_something_else(model):
    """CASCADE would take history along; the few own parts that may go are named here."""
    own_parts: set[str] = set()
    for field in model._meta.concrete_fields:
        if field.remote_field is not None and field.remote_field.on_delete is models.CASCADE:
            own_parts.add(f"{model._meta.label_lower}.{field.name}")
    assert own_parts <= ALLOWED_CASCADES


#: What proves who somebody is goes with the account.
ALLOWED_CASCADES = {
    "accounts.pastpassword.user",
    "accounts.totp.user",
    "accounts.recoverycode.user",
    "accounts.apitoken.user",
    "accounts.apitoken.post",
    # Who stood in an exported list goes with the list.
    "ledgers.exportedperson.export",
}


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_no_binary_columns(model):
    """A BinaryField turns bulk inserts on PostgreSQL into slow ones; ciphertext is stored as text."""
    assert not any(isinstance(field, models.BinaryField) for field in model._meta.concrete_fields)


def test_models_do_not_carry_logic_in_save():
    assert [name_of(model) for model in OURS if "save" in vars(model) or "delete" in vars(model)] == []


@pytest.mark.django_db
def test_growing_tables_are_protected_by_the_database():
    assert {"cases_event", "audit_accessrecord"} <= set(append_only.tables())
    assert append_only.missing(connection) == []


@pytest.mark.django_db
def test_an_event_can_be_neither_changed_nor_removed(district, now):
    case = report(now=now).case
    for attempt in (
        lambda: Event.objects.filter(case=case).update(note="changed"),
        lambda: Event.objects.filter(case=case)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert Event.objects.get(case=case).note == ""


@pytest.mark.django_db
def test_a_record_of_access_can_be_neither_changed_nor_removed(district, actor_of, now):
    record(by=actor_of("auditor"), action="test", subject_kind="case", subject_id="1", now=now)
    for attempt in (
        lambda: AccessRecord.objects.update(reason="changed"),
        lambda: AccessRecord.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert AccessRecord.objects.get().reason == ""
