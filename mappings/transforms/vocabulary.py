"""What a transform is told about the system it stands before: its choices, its people, its time zone, its limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mappings.exchange import Choice, Place, SystemPerson


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """
    A system's own words, as its connector discovered them; separate from what the mapping says.

    They are no settings of a transform: a new colleague or a renamed label does not make every base of the system void.

    - CHOICES: place -> its choices (stages, statuses, labels, currencies, companies), by id.
    - PEOPLE: id in the system -> canonical person (e-mail in lower case, or the key of the people table). Several ids
      may be one person; the first of them is the one that is written.
    - INACTIVE: ids of people who are read but can no longer be chosen.
    - CALLED: id in the system -> the name that it has shown for it, known or not; only for what people are told.
    - ZONE: the zone (IANA name) in which the system shows local times and counts its days.
    - TYPES, LIMITS: place -> its type and its longest text, where the system says so.
    - SYSTEM, ACCOUNT: what hub.yaml calls it, and who we are there; SYSTEMS are all that hub.yaml has.
    - MEMBERS: its people as it knows them. KNOWN_AS: canonical person -> the name that the hub shows everywhere;
      NAMESAKES are names of several people.
    """

    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    inactive: frozenset[str] = frozenset()
    called: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    system: str = ""
    account: str | None = None
    systems: tuple[str, ...] = ()
    members: tuple[SystemPerson, ...] = ()
    known_as: Mapping[str, str] = field(default_factory=dict)
    namesakes: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        places: Iterable[Place],
        *,
        people: Mapping[str, str] | None = None,
        inactive: frozenset[str] = frozenset(),
        called: Mapping[str, str] | None = None,
        zone: str | None = None,
    ) -> "Vocabulary":
        """Gather what the discovered *places* say."""
        listed = tuple(places)
        return cls(
            choices={place.name: place.choices for place in listed if place.choices},
            people=people or {},
            inactive=inactive,
            called={} if called is None else called,
            zone=zone,
            types={place.name: place.type for place in listed},
            limits={place.name: place.max_length for place in listed if place.max_length is not None},
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a lens is put to work: the FACTS it says, the PLACES it says them in, and the words of their system."""

    facts: tuple[str, ...]
    places: tuple[str, ...] = ()
    words: Vocabulary = field(default_factory=Vocabulary)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices of the (first) place."""
        return self.words.choices.get(self.places[0], ()) if self.places else ()

    @property
    def type(self) -> str | None:
        return self.words.types.get(self.places[0]) if self.places else None

    @property
    def limit(self) -> int | None:
        return self.words.limits.get(self.places[0]) if self.places else None
