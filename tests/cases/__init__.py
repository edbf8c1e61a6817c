"""Small invented exports that go wrong in one way each, for tests that draft a city from them and run it.

A case is written by a function of its own; `CASES` of each module here is what `tests/integration/conftest.py` drafts
and runs, all in one warehouse. What must come of a case is said by the test of the same topic.
"""
