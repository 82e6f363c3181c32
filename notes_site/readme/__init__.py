"""One long README, both ways: export and import."""
