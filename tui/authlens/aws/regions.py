"""The regions that have AWS IoT, as the installed botocore knows them."""

from __future__ import annotations

from functools import cache


@cache
def region_names() -> tuple[str, ...]:
    """Of all partitions; a newer one is missing until botocore is updated."""
    from botocore.loaders import create_loader

    partitions = create_loader().load_data("endpoints")["partitions"]
    found = (each["services"].get("iot", {}).get("endpoints", {}) for each in partitions)
    known = [name for each in partitions for name in each["regions"]]
    return tuple(sorted({name for names in found for name in names if name in known}))
