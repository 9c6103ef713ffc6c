"""The leaderboard: runs optimizers on the releases, ranks them and renders the site."""
