"""Makes the plugin active when pytest is run on this folder."""

pytest_plugins = ("validation.plugin",)
