"""A copy of all that the log needs to be believed, and the way back from it.

The database, the releases, the anchor and the public keys, with a manifest of hashes
and counts. Never a private key: whoever finds a backup can't seal.
"""
