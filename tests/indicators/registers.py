"""Trade registers in SIPRI's shape; every deal in them is made up."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable

PREAMBLE = (
    "Transfers of major conventional arms",
    "A '?' in a column indicates uncertain data.",
    "",
    "Source: SIPRI Arms Transfers Database (c) SIPRI.",
)
GENERATED = "Data generated: 3 Nov 2026 10:15:00 AM"
HEADER = (
    "SIPRI AT Database ID,Supplier,Recipient,Designation,Description,Armament category,Order date,"
    "Order date is estimate,Numbers delivered,Numbers delivered is estimate,Delivery year,"
    "Delivery year is estimate,Status,SIPRI estimate,TIV deal unit,TIV delivery values,"
    "Local production"
)
ENDS = ((900001, "Poland", "Finland", 1994, 1995, 1), (900002, "Poland", "Finland", 2019, 2025, 2))
Deal = tuple[object, str, str, object, object, object]


def line(deal: Deal) -> str:
    """One line of the register: id, supplier, recipient, year of order and of delivery, volume."""
    number, supplier, recipient, order, delivery, tiv = deal
    return (
        f'{number},{supplier},{recipient},Model,"invented, for tests",Aircraft,{order},No,1,No,'
        f"{delivery},No,New,1,1,{tiv},No"
    )


def register(
    deals: Iterable[Deal] = (),
    *,
    preamble: Iterable[str] = (*PREAMBLE, GENERATED),
    header: str = HEADER,
    ends: Iterable[Deal] = ENDS,
) -> bytes:
    """An answer with these deals, and two others that make it reach from 1995 to 2025."""
    lines = [*preamble, header, *(line(deal) for deal in (*ends, *deals)), ""]
    return packed("\r\n".join(lines).encode())


def packed(table: bytes) -> bytes:
    """A table as it is answered."""
    return json.dumps({"bytes": base64.b64encode(table).decode()}).encode()
