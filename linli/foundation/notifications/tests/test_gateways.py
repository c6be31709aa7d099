import json
from pathlib import Path

import pytest

from linli.foundation.accounts.gateways import send_text
from linli.foundation.notifications.gateways import FileGateway, NoGatewaySet


def test_without_a_gateway_nothing_is_sent_and_nothing_is_logged(caplog, capfd, settings):
    settings.LINLI_SMS_GATEWAY = "linli.foundation.notifications.gateways.NoGateway"
    with caplog.at_level(0), pytest.raises(NoGatewaySet) as refused:
        send_text("13812345678", "Code 123456")
    told = caplog.text + str(refused.value) + "".join(capfd.readouterr())
    assert "123456" not in told
    assert "13812345678" not in told


def test_the_file_gets_one_line_a_text_and_only_its_owner_may_read_it(house: Path):
    for text in ("第一条\n有换行 𠮷", "second \ud800"):
        FileGateway().send("13812345678", text)
    path = house / "sms.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["第一条\n有换行 𠮷", "second ?"]
    assert {line["phone"] for line in lines} == {"13812345678"}
    assert path.stat().st_mode & 0o777 == 0o600
