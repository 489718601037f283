"""The error of a bureau's commands."""

from __future__ import annotations

from ..produce_error import OutputError


class BureauProblem(OutputError):
    """What was asked for cannot be done; the message is Chinese and says what to do."""
