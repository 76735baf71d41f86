"""The commands of platformctl, one per file."""
