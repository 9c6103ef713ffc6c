"""Reading what the official package of NAS-Bench-301 wrote: folders and archives of pickled models.

Nothing is unpickled: opcodes are walked, and what they would build is told, not built. All that can be
wrong is a `ReleaseError` of one line, within bounded time and memory.

It may import `downloads`, `errors`, `extras`, `files`, `formats`, `parsing`, `places`, `records`, `releases`,
`space`, `surrogates`, `surrogates.families.gin`, `surrogates.members` and `truth`.
"""
