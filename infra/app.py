"""Synthesises the stack; the CDK command line runs this.

`-c name=tocsin-staging` names another deployment; `-c first=yes` is for the first one under a name (see the stack).
"""

from __future__ import annotations

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra.stack import TocsinStack
from infra.topology import TOCSIN

DEFAULT_NAME = "tocsin"


def build(app: cdk.App) -> TocsinStack:
    """The stack in the app, under the security rules that fail synthesis."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))
    return TocsinStack(
        app,
        name=app.node.try_get_context("name") or DEFAULT_NAME,
        topology=TOCSIN,
        first=app.node.try_get_context("first") == "yes",
    )


def main() -> None:
    """Write the template into the folder that the command line names."""
    app = cdk.App()
    build(app)
    app.synth()


if __name__ == "__main__":
    main()
