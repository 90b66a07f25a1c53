"""The list of pages that statements rest on."""

from __future__ import annotations

from authlens.core.contract import pages


def test_every_page_is_a_whole_address_and_listed_once() -> None:
    assert len(pages.PAGES) == len(set(pages.PAGES)) > 35
    assert all(page.startswith("https://") and not page.endswith("/") for page in pages.PAGES)
    assert pages.ACTIONS_PAGE in pages.PAGES
    assert pages.GUIDE not in pages.PAGES


def test_the_audit_pages_are_those_of_device_defender_today() -> None:
    assert pages.DEFENDER.startswith("https://docs.aws.amazon.com/iot-device-defender/latest/devguide/")
