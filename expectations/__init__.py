"""Great Expectations: what must hold between the layers before the next one is built.

Here: volume, drift, codebooks, reconciliation, plausibility and disclosure. Not here: keys, nulls, accepted
values and column contracts, which dbt tests beside each model; and how a gate is run and reported, which is
`orchestration.gates`. Great Expectations is imported inside functions only: that import takes seconds.
"""
