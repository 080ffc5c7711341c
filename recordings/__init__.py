"""The golden exchanges shipped with the project, and the accepted differences."""
