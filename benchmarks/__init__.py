"""Benchmarks: what the pipeline costs beside the same work done by hand. Start with README.md."""
