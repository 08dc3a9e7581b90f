from tools.wheel import problems


def test_a_wheel_with_every_file_is_fine() -> None:
    assert list(problems(["web/a.py", "casehub-1.dist-info/RECORD"], ["web/a.py"])) == []


def test_a_forgotten_file_is_named() -> None:
    assert list(problems(["web/a.py"], ["web/a.py", "web/page.html"])) == ["missing in the wheel: web/page.html"]


def test_what_does_not_belong_there_is_named() -> None:
    assert list(problems(["web/a.py", "tests/b.py"], ["web/a.py"])) == ["should not be in the wheel: tests/b.py"]
