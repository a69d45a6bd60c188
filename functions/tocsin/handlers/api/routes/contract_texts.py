"""`/v1/contracts/{id}`, for people: in plain language, as a diagram, and who has which role."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from tocsin import wiring
from tocsin.domain.assessment.matrix import matrix as matrix_of
from tocsin.domain.contracts.diagram import mermaid
from tocsin.domain.contracts.text import as_markdown
from tocsin.domain.contracts.version import ContractVersion
from tocsin.domain.values.identifiers import Slug
from tocsin.handlers.api.answers.contracts import MatrixView, matrix_view
from tocsin.handlers.api.caller import helpdesk_of
from tocsin.handlers.api.declaration import Answer, Routes
from tocsin.handlers.api.responses import json_answer, text_answer
from tocsin.handlers.api.routes.contracts import Version
from tocsin.use_cases.contracts.contract_versions import stored_version
from tocsin.use_cases.tickets.ticket_context import roster

routes = Routes()


@routes.on(
    "GET",
    "/v1/contracts/<contract_id>/text",
    "read_contract_text",
    "Read a contract in plain language",
    scope="read",
    answers={200: Answer("The text", media_type="text/markdown")},
    refusals=(404,),
)
def text(contract_id: Slug, version: Version = None) -> Response[str]:
    """Markdown with everything that the document says."""
    stored = _stored(contract_id, version)
    words = as_markdown(stored.contract, stored.version, stored.put_at, stored.sha256)
    return text_answer(words, "text/markdown; charset=utf-8")


@routes.on(
    "GET",
    "/v1/contracts/<contract_id>/diagram",
    "read_escalation_diagram",
    "Read the escalation of a contract as a diagram",
    scope="read",
    answers={200: Answer("The diagram", media_type="text/vnd.mermaid")},
    refusals=(404,),
)
def diagram(contract_id: Slug, version: Version = None) -> Response[str]:
    """A flowchart in Mermaid's language."""
    return text_answer(mermaid(_stored(contract_id, version).contract), "text/vnd.mermaid; charset=utf-8")


@routes.on(
    "GET",
    "/v1/contracts/<contract_id>/matrix",
    "read_escalation_matrix",
    "Read the escalation matrix of a contract",
    scope="read",
    answers={200: Answer("Each role, who has it, when they are there and how long they have", MatrixView)},
    refusals=(404,),
)
def matrix(contract_id: Slug, version: Version = None) -> Response[str]:
    """For each tier, the owner and whoever else is named: the people as they are now, who of them is on call first."""
    stored, now = _stored(contract_id, version), wiring.clock().now()
    rows = matrix_of(stored.contract, roster(helpdesk_of(routes.current_event), wiring.teams()), now)
    return json_answer(matrix_view(contract_id, stored.version, rows, now))


def _stored(contract_id: str, number: int | None) -> ContractVersion:
    return stored_version(helpdesk_of(routes.current_event), contract_id, number, contracts=wiring.contracts())
