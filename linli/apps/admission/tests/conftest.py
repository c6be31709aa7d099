"""The people of an application, each in the post in which they act."""

import pytest


@pytest.fixture
def department(actor_of):
    return actor_of("department-staff")


@pytest.fixture
def secretary(actor_of):
    return actor_of("community-secretary")


@pytest.fixture
def civil(actor_of):
    return actor_of("civil-affairs")


@pytest.fixture
def organisation(actor_of):
    return actor_of("organisation")


@pytest.fixture
def legal(actor_of):
    return actor_of("legal-review")
