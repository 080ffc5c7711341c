"""Effort and budget: read in every spelling, validated against the model, written for the upstream."""
