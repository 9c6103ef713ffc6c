"""Stands in for pynisher, of which there is no wheel: SMAC imports these to limit what it runs, and runs nothing here."""


class MemoryLimitException(Exception):
    """Never raised."""


class WallTimeoutException(Exception):
    """Never raised."""


def limit(*arguments, **settings):
    raise NotImplementedError("pynisher is not there")
