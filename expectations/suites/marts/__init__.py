"""Gate marts: totals reconcile with the canonical layer, and statistics are numbers that can be true."""
