"""The kit: what a simulated company needs around it, good enough for tests of one's own.

People with planted markers, a mail room that really receives, partners who keep what they are sent, and processes
that end with whoever started them. It reaches the product only through `troth.client`.
"""
