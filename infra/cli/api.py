"""Tocsin's HTTP API as the command line calls it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer

from infra.cli.documents import Document
from infra.cli.failure import Failure
from tocsin.domain.values.faults import Fault

TIMEOUT_SECONDS = 35.0
"""API Gateway gives up after 29 seconds and says so; we wait for its word."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}

LARGEST_PAGE = 200

Answer = dict[str, Any]
"""A JSON object as the API answers it: what is in it, `/openapi.json` says for each route."""


def _url(text: str) -> str:
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL as error:
        raise typer.BadParameter(f"is not an URL: {error}") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise typer.BadParameter("write it as https://…; the stack's output ApiUrl has it")
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise typer.BadParameter("use https: with http everybody on the way could read the token")
    return str(url)


def _token(text: str) -> str:
    # Checked here, since the HTTP library would quote a token that it cannot send.
    if not re.fullmatch(r"[!-~]+", text.strip()):
        raise typer.BadParameter("is not a token; it has no spaces and no line breaks")
    return text.strip()


Url = Annotated[
    str, typer.Option("--url", envvar="TOCSIN_URL", callback=_url, help="Where the API is; the output ApiUrl.")
]
Token = Annotated[
    str,
    typer.Option(
        "--token", envvar="TOCSIN_TOKEN", callback=_token, help="Prefer the variable: others see arguments in `ps`."
    ),
]


def path_of(*parts: str) -> str:
    """`/v1/tickets/ZD-1`; a part cannot become two."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


def new_transport() -> httpx.BaseTransport | None:
    """What carries requests; None is the HTTP library's own, which heeds HTTPS_PROXY. Tests put the engine here."""
    return None


class Api:
    """The API under an URL, called with a token. Whatever goes wrong is raised as a Failure."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "User-Agent": "tocsin-cli"}

    def get(self, path: str, **query: str | int) -> Answer:
        """What is there."""
        return _document(self._answer("GET", path, params=query))

    def text(self, path: str, **query: str | int) -> str:
        """What is there, where it is a text."""
        return self._answer("GET", path, params=query).text

    def put(self, path: str, document: object) -> tuple[Answer, bool]:
        """What was stored, and whether it is new."""
        response = self._answer("PUT", path, json=document)
        return _document(response), response.status_code == httpx.codes.CREATED

    def post(self, path: str, document: object) -> Answer:
        """What became of it."""
        return _document(self._answer("POST", path, json=document))

    def put_each(
        self, kind: str, documents: Mapping[str, Document], then: Callable[[Answer], None] = lambda _stored: None
    ) -> None:
        """Put documents of a kind, such as `teams`, by their ids, and say of each what became of it.

        One that is refused does not keep the others back. Raises Failure with the faults of all those at the end.
        """
        faults, refusals = list[Fault](), list[str]()
        for each_id, document in documents.items():
            try:
                stored, is_new = self.put(path_of(kind, each_id), document)
            except Failure as failure:
                refusals.append(f"{each_id}: {failure.sentence}")
                faults += [Fault(f"{each_id}.{fault.path}", fault.message) for fault in failure.faults]
            else:
                print(f"{each_id} {'created' if is_new else 'replaced'}")
                then(stored)
        if refusals:
            raise Failure("; ".join(refusals), faults)

    def delete(self, path: str, **query: str) -> Answer:
        """What was taken back."""
        return _document(self._answer("DELETE", path, params=query))

    def pages(self, path: str, items: str, **query: str | int) -> Iterator[Answer]:
        """Everything in a list, page after page, as far as somebody reads on."""
        for page in self._pages("GET", path, query):
            yield from page[items]

    def posted_pages(self, path: str, document: object) -> Iterator[Answer]:
        """What became of it, page after page, until all is done."""
        return self._pages("POST", path, {}, json=document)

    def _pages(self, method: str, path: str, query: Mapping[str, str | int], **body: object) -> Iterator[Answer]:
        cursor: Mapping[str, str] = {}
        while True:
            page = _document(self._answer(method, path, params={**query, **cursor}, **body))
            yield page
            if not page.get("next_cursor"):
                return
            cursor = {"cursor": page["next_cursor"]}

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            with self._client() as client:
                response = client.request(method, path, **arguments)
        except httpx.TimeoutException:
            raise Failure(f"{self._url} does not answer.") from None
        except httpx.TransportError as error:
            raise Failure(f"{self._url} cannot be reached: {error}") from None
        if not response.is_success:
            raise _refusal(response)
        return response

    def _client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self._url, headers=self._headers, timeout=TIMEOUT_SECONDS, transport=new_transport()
        )


def _refusal(response: httpx.Response) -> Failure:
    """A problem document in words; who answers with anything else is not Tocsin."""
    try:
        problem = response.json()
        sentence = f"{problem['title']}: {problem['detail']}"
        found = [Fault(each["path"], each["message"]) for each in problem.get("errors", [])]
    except (ValueError, LookupError, TypeError, AttributeError):
        return Failure(
            f"{response.url} answered {response.status_code} and no reason; is this the URL of Tocsin's API?"
        )
    return Failure(sentence, found)


def _document(response: httpx.Response) -> Answer:
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Failure(f"{response.url} answered something that is not JSON; is this the URL of Tocsin's API?")
    return document
