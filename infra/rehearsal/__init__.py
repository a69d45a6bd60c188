"""A rehearsal of `cdk deploy`: the real command line deploys the real template, into moto on this machine."""
