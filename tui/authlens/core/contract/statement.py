"""How grave a finding is: the one scale of preflight, lint and deployment findings."""

from __future__ import annotations

from typing import Literal

Severity = Literal["error", "warning", "info"]
