"""How a line of the log looks."""

import logging

#: Whatever would begin a line of its own or steer a terminal: C0 and C1 controls, line and paragraph separators.
_CONTROLS = {n: f"\\x{n:02x}" for n in (*range(0x20), *range(0x7F, 0xA0))} | {0x2028: "\\u2028", 0x2029: "\\u2029"}


class OneLine(logging.Formatter):
    """Writes each message on one line. An address asked for can hold anything; it must not write a line of ours."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of the base class
        """The line with control characters written out; a trace that follows keeps its lines."""
        record.message = record.message.translate(_CONTROLS)
        return super().formatMessage(record)
