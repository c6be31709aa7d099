import pytest

from linli.lib.errors import Errors, Invalid, NotAllowed, Refusal, Stale, TooMany


class Lazy:
    """Stands for a lazily translated string."""

    word = "first"

    def __str__(self) -> str:
        return self.word


@pytest.mark.parametrize(("kind", "status"), [(Refusal, 422), (NotAllowed, 403), (Stale, 409), (Invalid, 422)])
def test_each_kind_has_a_status_a_code_and_a_sentence(kind, status):
    refusal = kind()
    assert refusal.status == status
    assert refusal.code
    assert str(refusal).endswith(".")


def test_message_code_and_fields_are_kept():
    refusal = Invalid("Say where it is.", code="no_place", fields={"place": "Please fill this in."})
    assert str(refusal) == "Say where it is."
    assert refusal.code == "no_place"
    assert refusal.fields == {"place": "Please fill this in."}


def test_a_named_refusal_states_its_words_once():
    class CaseClosed(Stale):
        code = "case_closed"
        message = "This case is closed."

    with pytest.raises(Stale, match=r"^This case is closed\.$") as caught:
        raise CaseClosed
    assert caught.value.code == "case_closed"


def test_one_occasion_does_not_change_the_kind():
    Refusal("Only now.", code="now", fields={"a": "b"})
    assert Refusal().code == "refused"
    assert str(Refusal()) == "This cannot be done."
    assert Refusal().fields == {}


def test_a_lazy_message_is_read_when_shown():
    lazy = Lazy()
    refusal = Refusal(lazy)
    lazy.word = "second"
    assert str(refusal) == "second"
    assert refusal.message is lazy


def test_too_many_says_when_to_come_back():
    refusal = TooMany(retry_after=90)
    assert (refusal.status, refusal.retry_after) == (429, 90)


def test_several_refusals_are_told_in_one():
    def refuse(**fields):
        raise Invalid(fields=fields)

    errors = Errors()
    assert errors.of(lambda: 7) == 7
    assert errors.of(refuse, name="first", age="wrong") is None
    errors.of(refuse, name="second")
    with pytest.raises(Invalid) as told:
        errors.end()
    assert dict(told.value.fields) == {"name": "first", "age": "wrong"}


def test_a_refusal_without_a_field_comes_through_when_there_is_no_other():
    def refuse():
        raise Invalid("Not here.")

    errors = Errors()
    errors.of(refuse)
    with pytest.raises(Invalid, match="Not here"):
        errors.end()
    Errors().end()


def test_other_refusals_are_not_gathered():
    def refuse():
        raise Stale

    with pytest.raises(Stale):
        Errors().of(refuse)
