"""Called every minute: rescues overdue tickets, reminds of contracts' dates, tells of shifts, watches subscriptions."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from tocsin import wiring
from tocsin.handlers.side_by_side import side_by_side
from tocsin.handlers.time_left import time_is_up_at
from tocsin.use_cases.contracts.customer_subscriptions import watch_customer_subscriptions
from tocsin.use_cases.contracts.remind import remind
from tocsin.use_cases.oncall.subscriptions import watch_subscriptions
from tocsin.use_cases.oncall.tell_shifts import tell_shifts
from tocsin.use_cases.tickets.sweep import Swept, sweep

logger = Logger()
metrics = Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Counts the rescued in the metric `TicketsRescued` and says which they were; what cannot be read is trouble.

    Reminders, and notices of shifts, that could not be sent are counted in `ReminderTrouble`; each minute tries them
    again. Who is on call and cannot be reached is counted in `UnreachableOnCall`, a customer whom nothing reaches in
    `UnreachableCustomers`.
    """
    swept = _sweep(context)
    for key, how in swept.rescued:
        logger.warning("rescued a ticket that nothing had acted on", helpdesk_id=key[0], ticket_id=key[1], how=how)
    for key, error in swept.failed:
        logger.error("could not look at an overdue ticket", helpdesk_id=key[0], ticket_id=key[1], exc_info=error)
    metrics.add_metric("TicketsRescued", MetricUnit.Count, len(swept.rescued))
    metrics.add_metric("TicketTrouble", MetricUnit.Count, len(swept.failed))
    reminded, untold = _remind()
    untold += _tell_shifts(context)
    metrics.add_metric("ReminderTrouble", MetricUnit.Count, untold)
    _watch_subscriptions(context)
    _watch_customers(context)
    return {"rescued": [key.ticket_id for key, _ in swept.rescued], "reminded": reminded}


def _sweep(context: LambdaContext) -> Swept:
    with side_by_side() as at_once:
        return sweep(
            **wiring.store(), executions=wiring.executions(), until=time_is_up_at(context), side_by_side=at_once
        )


def _remind() -> tuple[list[str], int]:
    """The contracts of which somebody was reminded, and how many could not be."""
    reminded = remind(
        reminders=wiring.reminders(),
        contracts=wiring.contracts(),
        messages=wiring.reminder_messages(),
        notifier=wiring.notifier(),
        mailboxes=wiring.mailboxes(),
        clock=wiring.clock(),
    )
    for key, reminder in reminded.sent:
        logger.info("reminded of a contract's date", **key._asdict(), kind=reminder.kind, about=reminder.about)
    for key, error in reminded.failed:
        logger.error("could not remind of a contract's dates", **key._asdict(), exc_info=error)
    return [key.contract_id for key, _ in reminded.sent], len(reminded.failed)


def _tell_shifts(context: LambdaContext) -> int:
    """How many schedules could not be told of."""
    told = tell_shifts(
        shift_notices=wiring.shift_notices(),
        schedules=wiring.schedules(),
        teams=wiring.teams(),
        messages=wiring.shift_messages(),
        notifier=wiring.notifier(),
        mailboxes=wiring.mailboxes(),
        clock=wiring.clock(),
        until=time_is_up_at(context),
    )
    for key, notice in told.sent:
        logger.info("told of a shift", **key._asdict(), kind=notice.kind, member_id=notice.member_id)
    for key, error in told.failed:
        logger.error("could not tell of a shift", **key._asdict(), exc_info=error)
    return len(told.failed)


def _watch_subscriptions(context: LambdaContext) -> None:
    watched = watch_subscriptions(
        teams=wiring.teams(), notifier=wiring.notifier(), clock=wiring.clock(), until=time_is_up_at(context)
    )
    for helpdesk_id, team_id, member_id in watched.unreachable:
        logger.error("nothing reaches somebody on call", helpdesk_id=helpdesk_id, team_id=team_id, member_id=member_id)
    for helpdesk_id, team_id, error in watched.failed:
        logger.error("could not look at subscriptions", helpdesk_id=helpdesk_id, team_id=team_id, exc_info=error)
    metrics.add_metric("UnreachableOnCall", MetricUnit.Count, len(watched.unreachable) + len(watched.failed))


def _watch_customers(context: LambdaContext) -> None:
    watched = watch_customer_subscriptions(
        contracts=wiring.contracts(), notifier=wiring.notifier(), clock=wiring.clock(), until=time_is_up_at(context)
    )
    for helpdesk_id, contract_id, name in watched.unreachable:
        logger.error("nothing reaches a customer", helpdesk_id=helpdesk_id, contract_id=contract_id, customer=name)
    for helpdesk_id, contract_id, error in watched.failed:
        why = "could not look at a customer's subscriptions"
        logger.error(why, helpdesk_id=helpdesk_id, contract_id=contract_id, exc_info=error)
    metrics.add_metric("UnreachableCustomers", MetricUnit.Count, len(watched.unreachable) + len(watched.failed))
