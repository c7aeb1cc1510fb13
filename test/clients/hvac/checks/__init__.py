"""The checks, a module for each area; each lists its own under CHECKS."""
