import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from app.core import security
from app.core.security import (
    digest_secret,
    hash_password,
    is_same,
    make_secret,
    needs_rehash,
    verify_password,
)


def test_a_password_fits_its_hash_only():
    hashed = hash_password("correct horse")
    assert verify_password(hashed, "correct horse")
    assert not verify_password(hashed, "correct horses")


def test_a_letter_is_the_same_on_all_keyboards():
    assert verify_password(hash_password("Gr\u00fc\u00dfe"), "Gru\u0308\u00dfe")


def test_hashes_are_made_as_recommended():
    found = extract_parameters(hash_password("x"))
    assert (found.type, found.memory_cost) == (Type.ID, 19 * 1024)
    assert (found.time_cost, found.parallelism) == (2, 1)


def test_two_hashes_of_one_password_differ():
    assert hash_password("x") != hash_password("x")


@pytest.mark.parametrize("hashed", ["", "not a hash", "$argon2id$v=19$broken"])
def test_no_password_fits_a_broken_hash(hashed):
    assert not verify_password(hashed, "x")


def test_nobody_has_a_password_and_it_is_checked_all_the_same(monkeypatch):
    checked = []

    class Hasher:
        def verify(self, hashed, password):
            checked.append(hashed)
            return True

    nobody = security._nobody()
    monkeypatch.setattr(security, "_hasher", Hasher())
    assert not verify_password(None, "x")
    assert checked == [nobody]


def test_a_hash_of_other_days_is_to_be_made_anew():
    weak = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash("x")
    assert needs_rehash(weak)
    assert not needs_rehash(hash_password("x"))


def test_secrets_are_long_and_never_the_same():
    secrets = {make_secret("tilsit-") for _ in range(100)}
    assert len(secrets) == 100
    assert all(len(secret) == len("tilsit-") + 43 for secret in secrets)


def test_a_digest_does_not_tell_the_secret():
    assert digest_secret("secret") == digest_secret("secret")
    assert len(digest_secret("secret")) == 64


def test_secrets_are_compared_whole():
    assert is_same("ä", "ä")
    assert not is_same("a", "ab")
