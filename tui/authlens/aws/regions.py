"""The regions that have AWS IoT, as the installed botocore knows them."""

from __future__ import annotations


def region_names() -> tuple[str, ...]:
    """Of all partitions; a newer one is missing until botocore is updated."""
    import botocore.session

    session = botocore.session.Session()
    partitions = session.get_available_partitions()
    return tuple(sorted({name for each in partitions for name in session.get_available_regions("iot", each)}))
