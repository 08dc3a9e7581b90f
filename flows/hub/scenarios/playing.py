"""Stories played one after the other, each in a world of its own."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from mappings.language import Hub, Problem, Problems
from mappings.language.problems import hint
from mappings.language.reader import Scalar

from ..files import HUB_FILE, read_catalog, read_hub
from ..sync import PassOptions
from ..wiring import Installation, load_files
from .checking import wrong_steps
from .doing import do
from .faults import Faults
from .ground import Clock, Death, Ground
from .known import remembered
from .model import Difference, Played, Step, Story, pairs
from .reading import AGAIN
from .seeing import differences, said
from .standins import Found, stand_ins
from .world import Lost, World


class _AnySecret(dict[str, str]):
    """The environment; what is not set in it is only needed to reach real systems."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return f"https://{name.lower().replace('_', '-')}.invalid"


class Hubs:
    """The hubs that stories play in, each read once: those beside the stories, or the one that a user names."""

    def __init__(self, beside: Path, given: Path | None = None) -> None:
        self._beside = beside
        self._given = given
        self._files: dict[Path, dict[str, str]] = {}
        self._hubs: dict[tuple[Path, str], Hub] = {}
        self._known: dict[Path, Found] = {}
        self._catalog = read_catalog()

    def folder(self, story: Story) -> Path:
        """Return the folder of the hub of *story*."""
        if self._given is not None:
            return self._given
        return self._beside / (story.hub or "")

    def files(self, story: Story) -> dict[str, str]:
        """Return the texts of the hub of *story*. Raises `Problems`."""
        folder = self.folder(story)
        if folder not in self._files:
            self._files[folder] = read_hub(folder)[0]
        return self._files[folder]

    def hub(self, story: Story, files: Mapping[str, str]) -> Hub:
        """Return the hub that *files* say. Raises `Problems`."""
        key = (self.folder(story), repr(sorted(files.items())))
        if key not in self._hubs:
            env = _AnySecret({name: value for name, value in os.environ.items() if value})
            self._hubs[key] = load_files(files, env, catalog=self._catalog)
        return self._hubs[key]

    def known(self, story: Story, hub: Hub) -> Found:
        """Return what the real systems of the hub offered, where a user named it; story hubs have none."""
        folder = self.folder(story)
        if folder not in self._known:
            self._known[folder] = remembered(hub, folder)
        return self._known[folder]


def play_all(stories: Sequence[Story], hubs: Hubs, step: Callable[[str], None] = lambda _: None) -> Iterator[Played]:
    """
    Play *stories*; STEP is told which one is at work.

    Raises `Problems` with what is wrong in any of them, before the first is played.
    """
    wrong: list[Problem] = []
    for story in stories:
        wrong += _wrong(story, hubs)
    if wrong:
        raise Problems(wrong, again=AGAIN)
    with Ground() as ground:
        for story in stories:
            step(story.name)
            yield play(story, hubs, ground)


def _wrong(story: Story, hubs: Hubs) -> list[Problem]:
    try:
        files = rewritten(story, hubs.files(story), story.rewrites)
        hub = hubs.hub(story, files)
    except Problems as problems:
        return list(problems.problems)
    if not hub.syncs:
        return [Problem(HUB_FILE, 0, "has no sync")]
    made, wrong = stand_ins(hub, Clock(), known=hubs.known(story, hub), systems=story.systems, people=story.people)
    return [*(Problem(story.file, line, text) for line, text in wrong), *wrong_steps(story, hub, made)]


def rewritten(story: Story, files: Mapping[str, str], steps: Sequence[Step]) -> dict[str, str]:
    """Return *files* with what the *steps* put for their words. Raises `Problems` where the words are not there."""
    texts = dict(files)
    for step in steps:
        name = step.args["file"]
        if name not in texts:
            raise Problems([Problem(story.file, step.line, f"the hub has no file {name!r}{hint(name, list(texts))}")])
        for old, new in pairs(step.value):
            if old.text not in texts[name] or not isinstance(new, Scalar):
                raise Problems([Problem(story.file, old.line, f"{name} does not say {old.text!r}")])
            texts[name] = texts[name].replace(old.text, new.text)
    return texts


def play(story: Story, hubs: Hubs, ground: Ground) -> Played:
    """Play one story from its beginning to its end; it ends at the first step that cannot be done."""
    return Played(story, tuple(_Playing(story, hubs, ground).play()))


class _Playing:
    """One story at work."""

    def __init__(self, story: Story, hubs: Hubs, ground: Ground) -> None:
        self._story = story
        self._hubs = hubs
        self._files = rewritten(story, hubs.files(story), story.rewrites)
        hub = hubs.hub(story, self._files)
        clock, death = Clock(), Death()
        systems, _ = stand_ins(hub, clock, known=hubs.known(story, hub), systems=story.systems, people=story.people)
        installation = Installation(ground.folder, hub, ground.fresh(clock, death))
        self._world = World(installation, systems, clock, death, next(iter(hub.syncs)), ground.loops)
        self._faults = {name: Faults(self._world, name) for name in systems}
        for name, system in systems.items():
            system.hook = self._faults[name]

    def play(self) -> Iterator[Difference]:
        for step in self._story.steps:
            try:
                yield from self._step(step)
            except (Lost, Problems) as error:
                yield Difference(step.line, step.verb, "it can be done", str(error))
                return
        if self._story.rest:
            yield from self._at_rest()

    def _step(self, step: Step) -> Iterator[Difference]:
        match step.verb:
            case "see":
                yield from differences(self._world, step)
            case "at":
                self._faults[step.args["system"]].add(step)
            case "rewrite":
                self._rewrite(step)
            case _:
                do(self._world, step)
                yield from self._faults_unmet(step)

    def _faults_unmet(self, step: Step) -> Iterator[Difference]:
        """What went wrong inside a step that no connector would have told."""
        for faults in self._faults.values():
            while faults.lost:
                yield Difference(step.line, step.verb, "what happens meanwhile can be done", faults.lost.pop())

    def _rewrite(self, step: Step) -> None:
        self._files = rewritten(self._story, self._files, [step])
        hub = self._hubs.hub(self._story, self._files)
        given = self._world.installation
        self._world.installation = Installation(given.folder, hub, given.store)

    def _at_rest(self) -> Iterator[Difference]:
        """A full pass at the end has nothing to write, and changes nothing."""
        before = {name: self._world.everything(name) for name in self._world.systems}
        self._world.mortal(lambda: self._world.sync(PassOptions(full=True)))
        made = {name: count for name, count in (self._world.last.writing if self._world.last else {}).items() if count}
        last = max((step.line for step in self._story.steps), default=0)
        if made:
            yield Difference(last, "at rest", "a further pass writes nothing", said(made))
        after = {name: self._world.everything(name) for name in self._world.systems}
        for name in before:
            if before[name] != after[name]:
                yield Difference(last, f"at rest {name}", said(before[name]), said(after[name]))
        unmet = [one for faults in self._faults.values() for one in faults.waiting]
        for step in unmet:
            yield Difference(step.line, "at", f"{step.args['verb']} is asked of {step.args['system']}", "never")
