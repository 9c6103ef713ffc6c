"""The claims of a release as tests: `python -m pytest validation [--release NAME] [--report FILE.json]`."""
