"""Disclosure control: which published numbers are hidden, what an attacker could still work out, and what may change."""
