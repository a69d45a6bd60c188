"""CDK constructs, one capability a file; `infra.stack` puts them together."""
