"""What never reaches a log: a line that somebody else wrote, and a code."""

import logging
import re
import sys

import pytest
from django.test import Client

from linli.foundation.accounts.models import PhoneCode
from linli.project.logs import OneLine

FORGED = "/x%0a2026-12-01 09:00:00 ERROR linli: all is well%1b[2J%e2%80%a8"


def line_of(message: str, *args: object) -> str:
    record = logging.LogRecord("linli", logging.ERROR, "", 1, message, args, None)
    return OneLine("{levelname} {name}: {message}", style="{").format(record)


@pytest.mark.parametrize("char", ["\n", "\r", "\x1b", "\x00", "\x85", "\u2028", "\u2029", "\x9b"])
def test_what_was_asked_for_writes_no_line_of_its_own(char):
    line = line_of("Not Found: %s", f"/a{char}ERROR linli: forged")
    assert char not in line
    assert len(line.splitlines()) == 1


def test_chinese_and_traces_stay_as_they_are():
    assert line_of("社区 %s", "莫愁新寓") == "ERROR linli: 社区 莫愁新寓"
    try:
        int("x")
    except ValueError:
        record = logging.LogRecord("linli", logging.ERROR, "", 1, "failed", (), sys.exc_info())
    lines = OneLine("{message}", style="{").format(record).splitlines()
    assert lines[0] == "failed"
    assert lines[-1].startswith("ValueError: invalid literal")


@pytest.mark.django_db
def test_an_address_asked_for_stays_on_its_line(settings):
    lines = []
    handler = logging.Handler()
    config = settings.LOGGING["formatters"]["plain"]
    handler.setFormatter(OneLine(config["format"], style=config["style"]))
    handler.emit = lambda record: lines.append(handler.format(record))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        assert Client().get(FORGED).status_code == 404
    finally:
        logger.removeHandler(handler)
    assert lines
    assert all(len(line.splitlines()) == 1 and "\x1b" not in line for line in lines)
    assert config["()"] == "linli.project.logs.OneLine"


@pytest.mark.django_db
def test_a_code_reaches_no_log_whatever_the_gateway_does(district, settings, caplog, capfd, monkeypatch):
    """Neither when it is refused nor when the gateway says the text back in its error."""
    sent = []
    # Put together here: a trace in a log shows the lines of this test.
    phones = [f"199{7770 + n:08d}" for n in range(2)]

    def fail(_self, phone, text):
        sent.append(text)
        raise RuntimeError(f"no credit for {phone}: {text}")

    monkeypatch.setattr("linli.foundation.notifications.gateways.FileGateway.send", fail)
    with caplog.at_level(0):
        for phone, gateway in zip(phones, ("NoGateway", "FileGateway"), strict=True):
            settings.LINLI_SMS_GATEWAY = f"linli.foundation.notifications.gateways.{gateway}"
            answer = Client().post("/accounts/phone/", {"phone": phone})
            assert answer.status_code == 422
    assert PhoneCode.objects.count() == 2
    told = caplog.text + "".join(capfd.readouterr())
    codes = {code for text in sent for code in re.findall("[0-9]{4,}", text)}
    assert codes
    assert "sms gateway failed" in told
    assert not [phone for phone in phones if phone in told]
    assert not [code for code in codes if code in told]
