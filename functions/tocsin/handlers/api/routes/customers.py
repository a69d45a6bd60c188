"""`/v1/contracts/{contract_id}/subscriptions`: whether the customer's notices arrive."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from tocsin import wiring
from tocsin.domain.values.identifiers import Slug
from tocsin.handlers.api.answers.subscriptions import CustomerSubscriptionsView, TopicSubscription
from tocsin.handlers.api.caller import helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer
from tocsin.use_cases.contracts.customer_subscriptions import read_customer_subscriptions

routes = Routes()


@routes.on(
    "GET",
    "/v1/contracts/<contract_id>/subscriptions",
    "read_customer_subscriptions",
    "Read whether the customer's notices arrive",
    scope="read",
    answers={200: Answer("The subscriptions of the customer's topic", CustomerSubscriptionsView)},
    refusals=(404,),
)
def subscriptions(contract_id: Slug) -> Response[str]:
    """Each is confirmed, pending until its owner confirms it, or lost.

    What is lost of the newest version's `customer.channels` is subscribed again within the hour, and when the contract
    is put.
    """
    found = read_customer_subscriptions(
        helpdesk_of(routes.current_event), contract_id, contracts=wiring.contracts(), notifier=wiring.notifier()
    )
    listed = [TopicSubscription.of(each) for each in found.subscriptions]
    return json_answer(CustomerSubscriptionsView(contract_id=contract_id, subscriptions=listed, reached=found.reached))
