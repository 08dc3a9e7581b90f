"""Small programs that guard the house: used by the tests, the Makefile and CI, never installed."""
