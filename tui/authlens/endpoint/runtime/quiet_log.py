"""The log of aiohttp's servers, which is discarded: problems are reported to the user in other ways."""

from __future__ import annotations

import logging

QUIET_LOG = logging.getLogger("authlens.endpoint")
QUIET_LOG.addHandler(logging.NullHandler())
QUIET_LOG.propagate = False
