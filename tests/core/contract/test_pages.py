"""Every page is an address of AWS's documentation, named once."""

from __future__ import annotations

from authlens.core.contract import pages

ADDRESSES = {name: value for name, value in vars(pages).items() if name.isupper()}


def test_every_address_is_a_page_of_awss_documentation() -> None:
    assert len(ADDRESSES) > 5
    assert [name for name, url in ADDRESSES.items() if not url.startswith("https://docs.aws.amazon.com/")] == []


def test_no_page_has_two_names() -> None:
    assert len(set(ADDRESSES.values())) == len(ADDRESSES)
