"""A route and everything that is true of it, in one place: its scope, its answers, what it refuses."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayRouter
from pydantic import BaseModel

Scope = Literal["read", "write", "admin"]
Method = Literal["GET", "POST", "PUT", "DELETE"]
Handler = TypeVar("Handler", bound=Callable[..., Response[str]])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers when it does what it is asked; without a model it is a text of its media type."""

    description: str
    model: type[BaseModel] | None = None
    media_type: str = "application/json"
    etag: bool = False
    page: bool = False
    """Whether people get a page instead."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is true of a route beside its parameters, which are those of its function."""

    scope: Scope | None
    """What a token needs; None where no token is needed."""
    answers: Mapping[int, Answer]
    """By status."""
    refusals: tuple[int, ...]
    """Statuses of the problems that only this route knows; `openapi` adds those that follow from its parameters."""
    form: type[BaseModel] | None = None
    """What may be sent as the fields of a form, or as JSON, where the route reads its body itself."""


class Routes(APIGatewayRouter):
    """Routes that are added together with their declarations."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.declared: dict[tuple[str, str], Declaration] = {}

    def on(
        self,
        method: Method,
        path: str,
        operation_id: str,
        summary: str,
        *,
        scope: Scope | None,
        answers: Mapping[int, Answer],
        refusals: tuple[int, ...] = (),
        form: type[BaseModel] | None = None,
    ) -> Callable[[Handler], Handler]:
        """Decorate the function that answers a method of a path; its docstring describes the route to clients."""

        def add(handler: Handler) -> Handler:
            self.declared[method, path] = Declaration(scope, answers, refusals, form)
            self.route(
                path,
                method=method,
                summary=summary,
                description=inspect.getdoc(handler),
                operation_id=operation_id,
                tags=[handler.__module__.rpartition(".")[2]],
            )(handler)
            return handler

        return add
