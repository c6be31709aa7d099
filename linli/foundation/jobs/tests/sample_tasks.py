"""Tasks for the tests of the worker."""

from django_tasks import task

ran: list[str] = []


@task()
def note(word: str) -> str:
    ran.append(word)
    return word


@task()
def fail() -> None:
    raise ValueError("this task fails")
