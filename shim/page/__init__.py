"""The control room's page: what the recording says, shown live, and flags set from it. A process of its own."""
