"""Domain values and requests: one module per noun, mirrored by the performers in storage/<noun>.py.

Chat, command line and pages all act through these; `storage.perform(tx, by, request)` decides.
"""
