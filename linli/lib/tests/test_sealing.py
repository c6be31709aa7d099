import multiprocessing
import stat

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from linli.lib.sealing import (
    Keyring,
    KeyringBroken,
    SealBroken,
    blind_index,
    key_of,
    new_keyring,
    reseal,
    seal,
    unseal,
)

RING = new_keyring()
FIELD = "people.person.id_number"
any_text = st.text(st.characters(exclude_categories=()))  # with lone surrogates


def test_sm4_gcm_agrees_with_rfc_8998():
    """RFC 8998 appendix A.1."""
    nonce = bytes.fromhex("00001234567800000000ABCD")
    plain = bytes.fromhex(
        "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD"
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    sealer = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
    assert (sealer.update(plain) + sealer.finalize()).hex().upper().startswith("17F399F08C67D5EE19D0DC9969C4BB7D")
    assert sealer.tag.hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"


@given(any_text, st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_unseals(text, context):
    assert unseal(seal(text, RING, context), RING, context) == text


def test_sealed_values_are_ascii_text_with_their_key_id():
    sealed = seal("11010519491231002X", RING, FIELD)
    assert sealed.isascii()
    assert key_of(sealed) == RING.current
    assert "1101" not in sealed


def test_sealing_twice_gives_two_values():
    assert seal("同一个", RING, FIELD) != seal("同一个", RING, FIELD)


def test_a_value_does_not_open_in_another_field():
    with pytest.raises(SealBroken, match="another field"):
        unseal(seal("秘密", RING, FIELD), RING, "people.person.phone")


@given(st.integers(0, 10_000), st.integers(1, 63))
def test_a_changed_value_does_not_open(position, change):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    head, _, body = seal("13800000000 张三", RING, FIELD).partition(".")
    # Not the last character: some of its bits are padding.
    spot = position % (len(body) - 1)
    other = alphabet[(alphabet.index(body[spot]) + change) % 64]
    with pytest.raises(SealBroken):
        unseal(f"{head}.{body[:spot]}{other}{body[spot + 1 :]}", RING, FIELD)


@pytest.mark.parametrize("sealed", ["", "plain", "nokey.AAAA", "{key}.", "{key}.AAAA", "a.b.c"])
def test_what_is_not_a_sealed_value_does_not_open(sealed):
    with pytest.raises(SealBroken):
        unseal(sealed.format(key=RING.current), RING, FIELD)


@pytest.mark.parametrize("body", ["密文", "A A A", "A", "!!!!", "=" * 50, "A" * 41 + "\n"])
def test_a_body_that_is_not_base64_does_not_open(body):
    with pytest.raises(SealBroken):
        unseal(f"{RING.current}.{body}", RING, FIELD)


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key():
    rotated = RING.rotated()
    old = seal("旧", RING, FIELD)
    assert unseal(old, rotated, FIELD) == "旧"
    new = seal("新", rotated, FIELD)
    assert key_of(new) == rotated.current != RING.current
    assert blind_index("旧", rotated, FIELD) == blind_index("旧", RING, FIELD)
    with pytest.raises(SealBroken, match="not on the keyring"):
        unseal(new, RING, FIELD)


def test_blind_index_is_stable_and_differs_by_field_and_ring():
    index = blind_index("13800000000", RING, FIELD)
    assert len(index) == 64
    assert index == blind_index("13800000000", RING, FIELD)
    assert index != blind_index("13800000001", RING, FIELD)
    assert index != blind_index("13800000000", RING, "people.person.phone")
    assert index != blind_index("13800000000", new_keyring(), FIELD)
    assert blind_index("b", RING, "a") != blind_index("ab", RING, "")


def test_keyring_survives_its_file(tmp_path):
    path = tmp_path / "keyring.json"
    RING.save(path)
    assert Keyring.load(path) == RING
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["keyring.json"]


def test_saving_never_overwrites_by_accident(tmp_path):
    path = tmp_path / "keyring.json"
    RING.save(path)
    with pytest.raises(FileExistsError):
        new_keyring().save(path)
    assert Keyring.load(path) == RING
    rotated = RING.rotated()
    rotated.save(path, replace=True)
    assert Keyring.load(path) == rotated
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1


def race(path, barrier, results):
    barrier.wait()
    results.put(Keyring.load_or_create(path).to_json())


def test_of_racing_processes_all_end_with_the_same_keyring(tmp_path):
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(4), context.Queue()
    racers = [context.Process(target=race, args=(tmp_path / "ring.json", barrier, results)) for _ in range(4)]
    for racer in racers:
        racer.start()
    rings = {results.get(timeout=60) for _ in racers}
    for racer in racers:
        racer.join()
    assert len(rings) == 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"current":"a","keys":{},"index_key":""}', '{"current":1,"keys":[],"index_key":2}'],
)
def test_a_broken_key_file_says_so_without_its_content(tmp_path, text):
    path = tmp_path / "ring.json"
    path.write_text(text)
    with pytest.raises(KeyringBroken, match="well-formed"):
        Keyring.load(path)


def test_a_key_file_of_bytes_is_broken(tmp_path):
    path = tmp_path / "ring.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeyringBroken):
        Keyring.load(path)


def test_keys_do_not_show_in_logs():
    assert repr(RING) == f"Keyring(current={RING.current!r})"


def test_resealing_moves_a_value_to_the_current_key_once():
    old = seal("13800000000", RING, "phone")
    ring = RING.rotated()
    new = reseal(old, ring, "phone")
    assert new.startswith(f"{ring.current}.")
    assert unseal(new, ring, "phone") == "13800000000"
    assert reseal(new, ring, "phone") == new
    with pytest.raises(SealBroken):
        reseal(old, ring, "identity")


def test_an_old_key_can_be_taken_off_the_ring_but_not_the_current_one():
    old = seal("x", RING, "phone")
    ring = RING.rotated()
    shorter = ring.without({RING.current})
    assert set(shorter.keys) == {ring.current}
    assert shorter.index_key == RING.index_key
    with pytest.raises(SealBroken):
        unseal(old, shorter, "phone")
    with pytest.raises(ValueError, match="current"):
        ring.without({ring.current})
