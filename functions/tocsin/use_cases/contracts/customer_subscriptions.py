"""The subscriptions of a contract's customer: whether notices arrive, and repairing what was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.contracts.contract import Contract
from tocsin.domain.notices.subscription import Subscription, reached
from tocsin.domain.notices.topics import customer_topic
from tocsin.domain.values.channels import endpoints
from tocsin.domain.values.faults import NotFound
from tocsin.ports.clock import Clock
from tocsin.ports.contracts import Contracts
from tocsin.ports.notices import Notifier
from tocsin.use_cases.notices.watch import LOOK_EVERY, Watched, watch


@dataclass(frozen=True, slots=True)
class CustomerSubscriptions:
    """What the customer's topic has, and whether a notice arrives anywhere."""

    subscriptions: list[Subscription]
    reached: bool


def read_customer_subscriptions(
    helpdesk_id: str, contract_id: str, *, contracts: Contracts, notifier: Notifier
) -> CustomerSubscriptions:
    """What the topic has, by the channels of the newest version; nothing changes. NotFound without such a contract."""
    newest = contracts.get(helpdesk_id, contract_id)
    if newest is None:
        raise NotFound(f"There is no contract {contract_id!r}.")
    topic, channels = customer_topic(helpdesk_id, contract_id), endpoints(newest.contract.customer.channels)
    found = notifier.subscriptions(topic, channels)
    return CustomerSubscriptions(found, reached(found))


def watch_customer_subscriptions(*, contracts: Contracts, notifier: Notifier, clock: Clock, until: datetime) -> Watched:
    """Look at the customer of every contract whose turn it is, until time is up; subscribe again what was lost.

    In the contract's newest version, as when it is put. A customer who has channels of which none is confirmed cannot
    be reached; one without channels is not to be.
    """

    def look(helpdesk_id: str, contract_id: str) -> list[str]:
        newest = contracts.get(helpdesk_id, contract_id)
        # None where putting it failed after the customer was subscribed, and it can be put again.
        unreached = _repair(helpdesk_id, newest.contract, notifier=notifier) if newest else []
        contracts.look_again(helpdesk_id, contract_id, clock.now() + LOOK_EVERY)
        return unreached

    return watch(contracts, look, clock=clock, until=until)


def _repair(helpdesk_id: str, contract: Contract, *, notifier: Notifier) -> list[str]:
    """The customer's name if nothing reaches them."""
    channels = endpoints(contract.customer.channels)
    found = notifier.subscribe(customer_topic(helpdesk_id, contract.contract_id), channels)
    return [contract.customer.name] if channels and not reached(found) else []
