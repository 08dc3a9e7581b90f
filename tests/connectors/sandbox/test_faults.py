import json

import pytest

from connectors.sandbox.faults import Rule, Script, load_script


def met(script: Script, times: int, path: str = "/issues.json") -> list[str]:
    return [rule.name if (rule := script.for_request("GET", path)) else "" for _ in range(times)]


def test_a_rule_waits_for_its_turn_and_ends() -> None:
    script = Script((Rule(path="/issues*", status=503, skip=1, times=2),))

    assert met(script, 5) == ["", "status 503", "status 503", "", ""]


def test_a_rule_is_for_its_own_requests_only() -> None:
    script = Script((Rule(method="POST", path="/issues*", close=True),))

    assert met(script, 2) == ["", ""]
    assert script.for_request("POST", "/users.json") is None
    assert script.for_request("POST", "/issues.json") == script.rules[0]


def test_chance_repeats_itself() -> None:
    rules = (Rule(probability=0.5, status=500),)

    first, second = met(Script(rules, seed=7), 40), met(Script(rules, seed=7), 40)

    assert first == second
    assert 0 < first.count("status 500") < 40
    assert met(Script(rules, seed=8), 40) != first


def test_the_first_rule_that_fits_decides() -> None:
    script = Script((Rule(times=1, cut=0.5), Rule(status=429)))

    assert met(script, 2) == ["cut", "status 429"]


def test_dropping_is_asked_apart() -> None:
    script = Script((Rule(path="/crm.item.update", drop=("stageId",), times=1),))

    assert script.for_request("POST", "/crm.item.update") is None
    assert script.dropped("POST", "/crm.item.update") == ("stageId",)
    assert script.dropped("POST", "/crm.item.update") == ()


def test_a_script_is_read_from_yaml_and_shown_as_it_stands() -> None:
    script = load_script("""
        seed: 3
        lag: 5
        stamps: 60
        webhooks: {duplicate: 0.5, reorder: true}
        rules:
          - {path: /issues.json, status: 429, retry_after: 2}
          - {path: "/issues/*", drop: subject}
    """)

    assert (script.seed, script.lag, script.stamps) == (3, 5, 60)
    assert (script.webhooks.duplicate, script.webhooks.reorder) == (0.5, True)
    assert (script.rules[0].status, script.rules[0].retry_after, script.rules[1].drop) == (429, 2, ("subject",))


def test_what_is_shown_can_be_read_again() -> None:
    script = load_script('{"rules": [{"path": "/x", "delay": 0.5, "times": 2}]}')
    form = script.shown()
    for rule in form["rules"]:
        assert rule.pop("used") == 0

    again = load_script(json.dumps(form))

    assert again.rules == script.rules


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: [{statos: 429}]", "rule 1: 'statos' is unknown"),
        ("rules: {status: 429}", "rules are a list"),
        ("rules: [{status: '429'}]", "rule 1: status has a value of a wrong kind"),
        ("rules: [{skip: true}]", "rule 1: skip has a value of a wrong kind"),
        ("rules: [{drop: subject, delay: 1}]", "does nothing else"),
        ("rules: [{cut: 1.5}]", "cut is the share"),
        ("rules: [{probability: 2}]", "probabilities are from 0 to 1"),
        ("webhooks: {lost: 1}", "webhooks: 'lost' is unknown"),
        ("[1]", "the script is a mapping"),
        ("a: [", "a fault script is YAML or JSON"),
    ],
)
def test_a_script_with_a_mistake_is_refused_whole(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        load_script(text)
