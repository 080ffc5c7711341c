"""Gates: what an endpoint must have shown before native gets more of it, and what takes native off it again."""
