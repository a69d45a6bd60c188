"""The key that everything at rest is encrypted with, and the secret that signs links."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.permissions import acknowledge


class Encryption(Construct):
    """One customer managed key, and the signing key of acknowledgement links."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str) -> None:
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            alias=f"alias/{name}",
            description=f"Encrypts the table, the topics and the secret of {name}",
            enable_key_rotation=True,
            # The table outlives the stack, and without its key it could not be read. A create that fails leaves none.
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        self.signing_key = secretsmanager.Secret(
            self,
            "SigningKey",
            secret_name=f"{name}/signing-key",
            description="Signs the acknowledgement links in alerts",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
        )
        acknowledge(
            self.signing_key,
            {
                "AwsSolutions-SMG4": "A timed rotation would cut off the acknowledgement links that people on call "
                "already hold; an operator puts a new value when the old one may be known"
            },
        )
