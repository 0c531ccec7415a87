"""Channels: one file each, pure: how a body that came in reads, and how a message goes out."""
