"""Gate raw: what arrived is whole, before anything is mapped from it."""
