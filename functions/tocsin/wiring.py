"""The one place that chooses implementations and reads the environment.

Everything is imported and made once per process, when it is first needed: a Lambda function pays only for what it
uses.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from datetime import timedelta

    from tocsin.adapters.dynamodb.contracts import DynamoContracts
    from tocsin.adapters.dynamodb.table import Table
    from tocsin.ports.access import Credentials
    from tocsin.ports.calendars import HolidayFeeds
    from tocsin.ports.clock import Clock
    from tocsin.ports.contracts import Contracts, Reminders
    from tocsin.ports.notices import (
        Links,
        Mailboxes,
        Messages,
        Notifier,
        ReminderMessages,
        ShiftMessages,
        TrialMessages,
    )
    from tocsin.ports.oncall import OnCallFeeds, PageLog, Schedules, ShiftCalendars, ShiftNotices, Teams
    from tocsin.ports.tickets import Executions, TicketLog
    from tocsin.use_cases.notices.deliver import Delivery
    from tocsin.use_cases.tickets.assess_ticket import Limits


def clock() -> Clock:
    """Where now comes from."""
    from tocsin.adapters.clock import SystemClock

    return SystemClock()


def log() -> TicketLog:
    """The logs of tickets."""
    from tocsin.adapters.dynamodb.ticket_log import DynamoTicketLog

    return DynamoTicketLog(_table(os.environ["TABLE_NAME"]))


def contracts() -> Contracts:
    """Contract versions."""
    return _contracts(os.environ["TABLE_NAME"])


def teams() -> Teams:
    """Teams."""
    from tocsin.adapters.dynamodb.teams import DynamoTeams

    return DynamoTeams(_table(os.environ["TABLE_NAME"]))


def schedules() -> Schedules:
    """Schedules and their overrides."""
    from tocsin.adapters.dynamodb.schedules import DynamoSchedules

    return DynamoSchedules(_table(os.environ["TABLE_NAME"]))


class Store(TypedDict):
    """The ports that everything about tickets needs, as keyword arguments."""

    log: TicketLog
    contracts: Contracts
    teams: Teams
    clock: Clock


def store() -> Store:
    """Where tickets, contracts and teams are kept, and what time it is."""
    return Store(log=log(), contracts=contracts(), teams=teams(), clock=clock())


def reminders() -> Reminders:
    """Reminders of contracts' dates."""
    from tocsin.adapters.dynamodb.reminders import DynamoReminders

    return DynamoReminders(_table(os.environ["TABLE_NAME"]))


def shift_notices() -> ShiftNotices:
    """Who was told that they are on call."""
    from tocsin.adapters.dynamodb.shift_notices import DynamoShiftNotices

    return DynamoShiftNotices(_table(os.environ["TABLE_NAME"]))


def on_call_feeds() -> OnCallFeeds:
    """The calendars of other systems."""
    from tocsin.adapters.ics_on_call import IcsOnCallFeeds

    return IcsOnCallFeeds()


def page_log() -> PageLog:
    """Who was paged when."""
    from tocsin.adapters.dynamodb.pages import DynamoPageLog

    return DynamoPageLog(_table(os.environ["TABLE_NAME"]))


def credentials() -> Credentials:
    """Tokens."""
    from tocsin.adapters.dynamodb.credentials import DynamoCredentials

    return DynamoCredentials(_table(os.environ["TABLE_NAME"]))


def executions() -> Executions:
    """Executions of the ticket state machine."""
    from tocsin.adapters.step_functions import StepFunctionsExecutions

    return StepFunctionsExecutions(_client("stepfunctions"), os.environ["STATE_MACHINE_ARN"])


def notifier() -> Notifier:
    """SNS."""
    from tocsin.adapters.dynamodb.channels import DynamoChannels
    from tocsin.adapters.sns import SnsNotifier

    channels = DynamoChannels(_table(os.environ["TABLE_NAME"]))
    return SnsNotifier(_client("sns"), os.environ["TOPIC_ARN_PREFIX"], os.environ["ENCRYPTION_KEY_ARN"], channels)


def mailboxes() -> Mailboxes:
    """What waits until a topic may be told of it."""
    from tocsin.adapters.dynamodb.mailboxes import DynamoMailboxes

    return DynamoMailboxes(_table(os.environ["TABLE_NAME"]))


def delivery() -> Delivery:
    """The way of notices to their topics."""
    from tocsin.adapters.messages.digests import TemplateDigests
    from tocsin.use_cases.notices.deliver import Delivery

    return Delivery(notifier(), mailboxes(), TemplateDigests(links()), clock())


def holiday_feeds() -> HolidayFeeds:
    """ICalendar texts."""
    from tocsin.adapters.ics import IcsFeeds

    return IcsFeeds()


def shift_calendars() -> ShiftCalendars:
    """Shifts as iCalendar texts."""
    from tocsin.adapters.ics_feed import IcsShiftCalendars

    return IcsShiftCalendars()


def links() -> Links:
    """Signed acknowledgement links."""
    return _links(os.environ["SIGNING_KEY_ARN"], os.environ["API_URL"])


def messages() -> Messages:
    """Notices in words."""
    from tocsin.adapters.messages import TemplateMessages

    return TemplateMessages(links())


def reminder_messages() -> ReminderMessages:
    """Reminders in words."""
    from tocsin.adapters.messages.reminders import TemplateReminderMessages

    return TemplateReminderMessages()


def shift_messages() -> ShiftMessages:
    """Shifts in words."""
    from tocsin.adapters.messages.shifts import TemplateShiftMessages

    return TemplateShiftMessages()


def trial_messages() -> TrialMessages:
    """Tests of channels in words."""
    from tocsin.adapters.messages.trials import TemplateTrialMessages

    return TemplateTrialMessages()


def api_url() -> str:
    """Where the API is reached."""
    return os.environ["API_URL"]


def limits() -> Limits:
    """When an execution hands over to the next."""
    from datetime import timedelta

    from tocsin.use_cases.tickets.assess_ticket import Limits

    return Limits(int(os.environ["MAX_ROUNDS"]), timedelta(days=int(os.environ["MAX_AGE_DAYS"])))


def longest_call() -> timedelta:
    """How long one call to AWS may take at worst."""
    from tocsin.adapters.aws_calls import LONGEST_CALL

    return LONGEST_CALL


def side_by_side() -> int:
    """How many things this function does at once."""
    return int(os.environ.get("SIDE_BY_SIDE", "1"))


@functools.cache
def _client(service: str) -> Any:
    from tocsin.adapters.aws_calls import client_of

    return client_of(service, side_by_side())


@functools.cache
def _table(name: str) -> Table:
    from tocsin.adapters.dynamodb.table import Table

    return Table(_client("dynamodb"), name)


@functools.cache
def _contracts(table_name: str) -> DynamoContracts:
    from tocsin.adapters.dynamodb.contracts import DynamoContracts

    return DynamoContracts(_table(table_name))


@functools.cache
def _links(signing_key_arn: str, api_url: str) -> Links:
    from tocsin.adapters.links import SignedLinks, SigningKeys

    keys = SigningKeys(_client("secretsmanager"), signing_key_arn, clock())
    return SignedLinks(_table(os.environ["TABLE_NAME"]), keys, api_url)
