"""Read by Python as the server starts: its passwords cost little to check, as a test run logs in hundreds of times."""

import argon2

argon2.DEFAULT_TIME_COST, argon2.DEFAULT_MEMORY_COST, argon2.DEFAULT_PARALLELISM = 1, 8, 1
