"""The cut-over: what still stands in its way, the order for it, and the way back."""
