"""The people and programs of a firm without an engineer, played: they keep a customer list, spreadsheets, a mail folder, recordings.

Nothing here knows the product. What the firm's files say is brought in by `imports.yaml`, looked at by `probes.yaml`.
"""
