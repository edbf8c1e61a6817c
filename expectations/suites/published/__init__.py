"""Gate published: nothing leaves the building that could point to a person."""
