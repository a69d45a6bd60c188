"""`tocsin token`: list, issue, rotate and revoke the tokens of a helpdesk. A token itself is shown once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from infra.cli.clock import clock
from infra.cli.failure import Failure
from infra.cli.layout import print_table, utc
from infra.cli.which_table import DEFAULT_STACK, StackName, TableName, credentials_in
from tocsin.domain.access.credential import Credential
from tocsin.domain.values.identifiers import SLUG
from tocsin.ports.access import Credentials
from tocsin.use_cases.access import tokens as use_cases

FINGERPRINT_LENGTH = 16
"""Digits of the SHA-256 that are shown: enough to tell a helpdesk's tokens apart, short enough to read out."""

SHORTEST_PREFIX = 6

commands = typer.Typer(help="Tokens of helpdesks. Talks to DynamoDB with your AWS credentials.", no_args_is_help=True)


class Scope(StrEnum):
    """What a token may do; none includes another."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


def _helpdesk_id(text: str) -> str:
    if not re.fullmatch(SLUG, text):
        raise typer.BadParameter("use lower-case letters, digits and hyphens, at most 48, a hyphen not first")
    return text


def _fingerprint(text: str) -> str:
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_PREFIX},64}}", text.lower()):
        raise typer.BadParameter(
            f"a fingerprint, or at least its first {SHORTEST_PREFIX} digits; `token list` shows it"
        )
    return text.lower()


HelpdeskId = Annotated[str, typer.Argument(metavar="HELPDESK_ID", callback=_helpdesk_id, help="The helpdesk's id.")]
Fingerprint = Annotated[
    str,
    typer.Argument(metavar="FINGERPRINT", callback=_fingerprint, help="As `token list` shows it, or its beginning."),
]
Scopes = Annotated[list[Scope], typer.Option("--scope", help="What the token may do; repeat it for several.")]


@commands.command("list")
def list_all(helpdesk_id: HelpdeskId, table: TableName = None, stack: StackName = DEFAULT_STACK) -> None:
    """List a helpdesk's tokens by fingerprint: scopes, when created, valid until when."""
    with credentials_in(table, stack) as credentials:
        found = _known(helpdesk_id, credentials)
    now = clock().now()
    by_age = sorted(found.items(), key=lambda item: item[1].created_at)
    print_table(
        ("FINGERPRINT", "SCOPES", "CREATED", "STATE"),
        [(_short(digest), _scopes(each), utc(each.created_at), _state(each, now)) for digest, each in by_age],
    )


@commands.command()
def issue(helpdesk_id: HelpdeskId, scope: Scopes, table: TableName = None, stack: StackName = DEFAULT_STACK) -> None:
    """Issue a further token with these scopes and print it, once."""
    with credentials_in(table, stack) as credentials:
        _known(helpdesk_id, credentials)
        token = use_cases.issue_token(helpdesk_id, frozenset(scope), credentials=credentials, clock=clock())
    show_new_token(token)


@commands.command()
def rotate(helpdesk_id: HelpdeskId, table: TableName = None, stack: StackName = DEFAULT_STACK) -> None:
    """Print a new token with all scopes, once; every token before it works for another 24 hours."""
    here = clock()
    with credentials_in(table, stack) as credentials:
        _known(helpdesk_id, credentials)
        token = use_cases.rotate_tokens(helpdesk_id, credentials=credentials, clock=here)
    show_new_token(token)
    typer.echo(f"The tokens before it are valid until {utc(here.now() + use_cases.ROTATION_OVERLAP)}.", err=True)


@commands.command()
def revoke(
    helpdesk_id: HelpdeskId, fingerprint: Fingerprint, table: TableName = None, stack: StackName = DEFAULT_STACK
) -> None:
    """Revoke a token at once. Authorizers remember for a minute whom they let in."""
    here = clock()
    with credentials_in(table, stack) as credentials:
        digest, credential = _the_one(fingerprint, _known(helpdesk_id, credentials))
        if _is_over(credential, here.now()):
            print(f"{_short(digest)} was revoked before: {utc(credential.revoked_at)}.")
            return
        use_cases.revoke_token(digest, credentials=credentials, clock=here)
    print(f"{_short(digest)} is revoked; within a minute nobody is let in with it.")


def show_new_token(token: str) -> None:
    """The token alone on stdout, for a variable or a secret store; what is to be said about it on stderr."""
    typer.echo(f"fingerprint {_short(use_cases.token_sha256(token))}", err=True)
    typer.echo("Keep the token now: only its fingerprint is stored, and it is not shown again.", err=True)
    print(token)


def _known(helpdesk_id: str, credentials: Credentials) -> Mapping[str, Credential]:
    """Its tokens. A slip of the pen must not become a helpdesk of its own."""
    found = credentials.of_helpdesk(helpdesk_id)
    if not found:
        raise Failure(f"There is no helpdesk {helpdesk_id!r}; `tocsin helpdesk create` makes one.")
    return found


def _the_one(fingerprint: str, found: Mapping[str, Credential]) -> tuple[str, Credential]:
    matching = [digest for digest in found if digest.startswith(fingerprint)]
    if not matching:
        raise Failure(f"No token of this helpdesk has a fingerprint that begins with {fingerprint}.")
    if len(matching) > 1:
        raise Failure(f"{len(matching)} tokens have a fingerprint that begins with {fingerprint}; give more of it.")
    return matching[0], found[matching[0]]


def _is_over(credential: Credential, now: datetime) -> bool:
    return credential.revoked_at is not None and credential.revoked_at <= now


def _state(credential: Credential, now: datetime) -> str:
    if credential.revoked_at is None:
        return "valid"
    return f"{'revoked' if _is_over(credential, now) else 'valid until'} {utc(credential.revoked_at)}"


def _scopes(credential: Credential) -> str:
    return ", ".join(sorted(credential.scopes))


def _short(digest: str) -> str:
    return digest[:FINGERPRINT_LENGTH]
