"""YAML and JSON files, read as the API reads them: dates and times stay text, aliases are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from infra.cli.failure import Failure
from tocsin.domain.values.faults import Fault, Refused
from tocsin.handlers.api.bodies import with_readable_body

Document = dict[str, Any]
"""The named fields of a file, unchecked: it is the API that knows what belongs there."""

DocumentFile = Annotated[Path, typer.Argument(metavar="FILE", help="A YAML or JSON file.", show_default=False)]


def read_document(path: Path) -> Document:
    """The named fields of a file. Raises Failure when it is missing, cannot be read, or is no object."""
    text = read_text(path)
    try:
        document = _parsed(text, "application/json" if path.suffix.lower() == ".json" else "application/yaml")
    except Refused as refused:
        raise Failure.of(refused, str(path)) from None
    if not isinstance(document, dict) or not document:
        raise Failure(f"{path} has to be an object with named fields.")
    return document


def read_text(path: Path) -> str:
    """A text in UTF-8. Raises Failure when the file is missing or holds anything else."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8.") from None


def text_field(document: Document, name: str, path: Path) -> str:
    """A field that has to be there. Raises Failure otherwise."""
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise Failure(f"{path} has faults.", [Fault(name, "is required and must be a text")])
    return value


def by_id(path: Path, kind: str, given_id: str | None) -> dict[str, Document]:
    """The teams or schedules (`kind` is `team` or `schedule`) in a file by their ids: several, or one with its id.

    Each has a name, which is a text: where all fields are objects, they are several.
    """
    document, id_field = read_document(path), f"{kind}_id"
    if all(isinstance(value, dict) for value in document.values()):
        if given_id is not None:
            raise typer.BadParameter(f"the file holds several {kind}s with their ids", param_hint="--id")
        return document
    found = given_id or document.get(id_field)
    if not isinstance(found, str):
        raise typer.BadParameter(f"{path} holds one {kind} and not its id; give it", param_hint="--id")
    return {found: {name: value for name, value in document.items() if name != id_field}}


def _parsed(text: str, content_type: str) -> Any:
    if not text.strip():
        return None
    return json.loads(with_readable_body({"headers": {"Content-Type": content_type}, "body": text})["body"])
