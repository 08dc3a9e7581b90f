from connectors.sandbox.bitrix24.limits import Bucket, WorkingTime


def test_fifty_requests_pass_at_once_and_then_two_a_second() -> None:
    bucket = Bucket()

    at_once = [bucket.takes("a", 0.0) for _ in range(51)]
    later = [bucket.takes("a", 1.0) for _ in range(3)]

    assert at_once == [True] * 50 + [False]
    assert later == [True, True, False]


def test_two_a_second_are_never_refused() -> None:
    bucket = Bucket()

    assert all(bucket.takes("a", number / 2) for number in range(1000))


def test_every_address_has_its_own_bucket() -> None:
    bucket = Bucket(capacity=1)

    assert [bucket.takes(who, 0.0) for who in ("a", "a", "b")] == [True, False, True]


def test_the_call_that_goes_over_the_limit_is_still_made() -> None:
    working = WorkingTime(costs={"slow": 100.0})
    made = []
    for _ in range(6):
        made.append(working.allows("hook", "slow", 0.0))
        if made[-1]:
            working.work("hook", "slow", 0.0)

    assert made == [True] * 5 + [False]
    assert working.used("hook", "slow", 0.0) == 500
    assert working.allows("hook", "other", 0.0)
    assert working.allows("another", "slow", 0.0)


def test_working_time_is_forgotten_piece_by_piece() -> None:
    working = WorkingTime(costs={"slow": 30.0})
    for second in (0, 59, 61, 200):
        working.work("hook", "slow", float(second))

    used = [working.used("hook", "slow", float(second)) for second in (200, 599, 600, 661, 800)]

    assert used == [120, 120, 60, 30, 0]


def test_the_reset_is_that_of_the_oldest_piece() -> None:
    working = WorkingTime(costs={"slow": 30.0})
    working.work("hook", "slow", 10.0)
    working.work("hook", "slow", 100.0)

    assert working.reset_at("hook", "slow", 100.0) == 610
