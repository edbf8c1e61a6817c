"""Estimates that SQL should not make: quantiles with censoring, simulation, queues.

What belongs here: pure functions, a module a family of methods (docs/methods.md), arrays in and numbers out; and the
one thin layer that reads marts and writes marts (`store`, `assets`). What does not: counting, shares, rates and their
intervals, costs and full-time equivalents, which are SQL (macros/intervals.sql and the marts).
"""
