"""The endpoints that are no turn of a conversation: one file a family."""
