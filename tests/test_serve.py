"""The server's own parts: its address, its static files, its worker that is started again."""

import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from linli.project import serve
from linli.project.serve import AddressTaken, DemoInPublic, Server


def test_an_address_in_use_is_named_with_another_to_try():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AddressTaken, match=f"Choose another: PORT={port + 1}"):
            Server(port=port).check_address()
    Server(port=port).check_address()


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("office", "office")]
)
def test_the_address_shown_is_one_that_can_be_typed(host, shown):
    assert replace(Server(port=8123), host=host).address == f"http://{shown}:8123"


def test_static_files_are_collected_once_and_again_when_they_change(settings, tmp_path, monkeypatch):
    settings.LINLI_HOME = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    assert serve.collect_static()
    assert (tmp_path / "static" / "ui" / "linli.css").is_file()
    assert not serve.collect_static()
    monkeypatch.setattr(serve, "__version__", "99")
    assert serve.collect_static()
    assert not serve.collect_static()


@pytest.fixture
def children(monkeypatch):
    """Every child that the watch starts: a process that waits, instead of the worker."""
    started: list[subprocess.Popen[bytes]] = []

    def spawn(watch) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        started.append(child)
        return child

    monkeypatch.setattr(serve._Watch, "_spawn", spawn)
    monkeypatch.setattr(serve, "SHORTEST_LIFE", 0.1)
    yield started
    for child in started:
        child.kill()
        child.wait()


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def test_the_worker_runs_with_the_server_and_ends_with_it(children):
    with serve.background_worker():
        assert len(children) == 1
        assert children[0].poll() is None
    assert children[0].poll() is not None


def test_a_worker_that_dies_is_started_again(children):
    with serve.background_worker():
        children[0].kill()
        until(lambda: len(children) == 2)
        assert children[1].poll() is None
    assert children[1].poll() is not None
    assert len(children) == 2


def test_a_server_may_run_without_a_worker(children):
    with serve.background_worker(wanted=False):
        pass
    assert children == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "office"])
def test_a_demo_is_not_served_to_others_unless_that_is_said_twice(settings, host):
    settings.LINLI_DEMO = True
    with pytest.raises(DemoInPublic, match="LINLI_DEMO_PUBLIC=1"):
        Server(host=host, port=0).check_address()


def test_a_demo_is_served_to_others_where_that_is_said_twice(settings):
    settings.LINLI_DEMO = settings.LINLI_DEMO_PUBLIC = True
    Server(host="0.0.0.0", port=0).check_address()


@pytest.mark.parametrize(("demo", "host"), [(True, "127.0.0.1"), (True, "localhost"), (False, "0.0.0.0")])
def test_a_demo_for_oneself_and_an_installation_for_others_are_served(settings, demo, host):
    settings.LINLI_DEMO = demo
    Server(host=host, port=0).check_address()
