"""Pages of people, kept beside the logs that they come from so that a night's can be counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tocsin.adapters.dynamodb.table import Item, Table, decode, encode, sortable
from tocsin.domain.oncall.pages import Pages
from tocsin.domain.values.identifiers import TicketKey
from tocsin.domain.values.instants import format_instant


def page_item(key: TicketKey, pages: Pages) -> Item:
    """The item of the pages of one event, in the order of time."""
    return {
        "pk": _pk(key.helpdesk_id),
        "sk": f"{sortable(pages.at)}#{key.ticket_id}#{pages.sequence:06}",
        "v": 1,
        "at": format_instant(pages.at),
        "ticket_id": pages.ticket_id,
        "sequence": pages.sequence,
        "paged": list(pages.paged) or None,
        "passed_over": list(pages.passed_over) or None,
    }


class DynamoPageLog:
    """`PageLog` on the one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def between(self, helpdesk_id: str, start: datetime, end: datetime) -> Iterator[Pages]:
        """See `PageLog.between`."""
        # An instant sorts before everything that goes on with it, so the end is left out and the start is not.
        values = {":pk": _pk(helpdesk_id), ":start": sortable(start), ":end": sortable(end)}
        found = self._table.client.get_paginator("query").paginate(
            TableName=self._table.name,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :start AND :end",
            ExpressionAttributeValues=encode(values),
            ConsistentRead=True,
        )
        for page in found:
            yield from (_pages(decode(item)) for item in page["Items"])


def _pages(item: Item) -> Pages:
    return Pages(
        item["ticket_id"],
        int(item["sequence"]),
        datetime.fromisoformat(item["at"]),
        tuple(item.get("paged", ())),
        tuple(item.get("passed_over", ())),
    )


def _pk(helpdesk_id: str) -> str:
    return f"PAGES#{helpdesk_id}"
