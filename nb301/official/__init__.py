"""Reading what the official package of NAS-Bench-301 wrote: folders and archives of pickled models.

Nothing is unpickled: opcodes are walked, and what they would build is told, not built. All that can be
wrong is a `ReleaseError` of one line, within bounded time and memory.

It may import `errors`, `parsing` and `surrogates.members`.
"""
