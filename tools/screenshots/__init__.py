"""Pictures of every page, and the world that stands behind them and behind the walks of the tests in a browser."""
