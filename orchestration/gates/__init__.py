"""Runs the expectations of a layer and reports them; what is expected is in `expectations`."""
