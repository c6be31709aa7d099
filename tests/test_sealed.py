"""Every sealed column says in which context it is sealed, so that no rotation forgets one."""

import pytest
from django.apps import apps

from linli.foundation import vault
from linli.foundation.vault.columns import columns

OURS = [
    model for model in apps.get_models() if model.__module__.startswith("linli.") and "tests" not in model.__module__
]
CONTEXTS = {getattr(vault, name) for name in dir(vault) if name.isupper() and isinstance(getattr(vault, name), str)}


def name_of(model) -> str:
    return model._meta.label


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_every_sealed_field_declares_its_context(model):
    declared = getattr(model, "SEALED", {})
    by_name = {field.name for field in model._meta.concrete_fields if field.name.endswith("_sealed")}
    assert by_name <= set(declared), by_name - set(declared)


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_what_is_declared_exists_with_a_context_of_the_vault(model):
    fields = {field.name for field in model._meta.concrete_fields}
    for field, context in getattr(model, "SEALED", {}).items():
        assert field in fields, field
        assert context in CONTEXTS, context
    assert set(getattr(model, "SEALED_ONLY", {})) <= set(getattr(model, "SEALED", {}))


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_sealed_values_of_growing_tables_may_move_to_another_key(model):
    if getattr(model, "append_only", False):
        assert set(getattr(model, "SEALED", {})) <= set(getattr(model, "erasable", ()))


@pytest.mark.parametrize("model", OURS, ids=name_of)
def test_sealed_values_are_never_null(model):
    for field in getattr(model, "SEALED", {}):
        assert not model._meta.get_field(field).null, field


def test_rotation_knows_the_columns():
    known = {str(column) for column in columns()}
    assert {
        "accounts_user.phone_sealed",
        "accounts_totp.secret_sealed",
        "homes_organisation.phone_sealed",
        "notifications_message.text",
        "people_change.old_sealed",
        "people_person.identity_sealed",
        "people_restrictedtag.content_sealed",
    } <= known
