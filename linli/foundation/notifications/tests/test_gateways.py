import json
import logging
from pathlib import Path

from linli.foundation.notifications.gateways import ConsoleGateway, FileGateway


def test_the_console_shows_the_text_and_masks_the_number(caplog):
    with caplog.at_level(logging.WARNING):
        ConsoleGateway().send("13812345678", "Code 123456")
    assert "138****5678" in caplog.text
    assert "13812345678" not in caplog.text
    assert "Code 123456" in caplog.text


def test_the_file_gets_one_line_a_text_and_only_its_owner_may_read_it(house: Path):
    for text in ("第一条\n有换行 𠮷", "second \ud800"):
        FileGateway().send("13812345678", text)
    path = house / "sms.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["第一条\n有换行 𠮷", "second ?"]
    assert {line["phone"] for line in lines} == {"13812345678"}
    assert path.stat().st_mode & 0o777 == 0o600
