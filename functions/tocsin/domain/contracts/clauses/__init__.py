"""The clauses of the contract: a module for each, with its fields, its words and its checks."""
