"""Dagster's web pages behind a front of our own, which lets in nobody but who started them."""
