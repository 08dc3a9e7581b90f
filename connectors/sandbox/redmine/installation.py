"""The state of one Redmine, and who may do what in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ..clock import Clock
from ..faults import Script
from ..people import people
from ..records import Records
from .model import ANONYMOUS, Attachment, Issue, Project, Relation, User
from .setup import CASE, DEVELOPER, FLOW, MANAGER, REPORTER, ROLES, STATUSES, TASK, TRACKERS, Status

PRESALES, ARCHIVE = "presales", "archive"
_ROLE_OF = {"manager": MANAGER, "engineer": DEVELOPER, "sales": REPORTER, "hub": MANAGER}
_FIRST_ID = {"admin": 1, "manager": 5, "engineer": 6, "sales": 7, "hub": 8}


@dataclass(frozen=True, slots=True)
class Settings:
    """
    LOGIN_REQUIRED: nobody is served as an anonymous visitor. LANGUAGE: that of the accounts made at start.

    VERSION is the major one that is played: from 6 on journals tell of their edits. LARGEST_FILE counts bytes.
    """

    login_required: bool = True
    language: str = "en"
    version: int = 5
    largest_file: int = 5 * 1024 * 1024


class Installation:
    """Users, projects, issues and what hangs on them. Everything is found by number; numbers are not used again."""

    def __init__(
        self,
        clock: Clock,
        script: Callable[[], Script],
        *,
        secret: Callable[[], str],
        settings: Settings | None = None,
        cyrillic: bool = True,
    ) -> None:
        self.settings = settings or Settings()
        self.clock = clock
        self.script = script
        self.secret = secret
        now = clock.now()
        self.users: dict[int, User] = {}
        self.roles_of_people: dict[str, int] = {}
        for person in people(cyrillic=cyrillic):
            number = _FIRST_ID[person.role]
            user = User(number, person.login, person.first, person.last, person.email, secret(), now)
            user.admin, user.language, user.password = person.role == "admin", self.settings.language, secret()
            self.users[number] = user
            self.roles_of_people[person.role] = number
        self.anonymous = User(ANONYMOUS, "", "", "Anonymous", "", "", now)
        self.queries: dict[int, tuple[str, Mapping[str, str]]] = {}
        """Saved queries: number -> name and filters, as a list takes them."""
        self._cyrillic = cyrillic
        self.clear()

    def clear(self) -> None:
        """Forget issues and projects made since; people and keys stay."""
        self.projects: dict[int, Project] = {}
        self.issues: Records[Issue] = Records()
        self.relations: dict[int, Relation] = {}
        self.uploads: dict[str, Attachment] = {}
        self._numbers: dict[str, int] = {"journal": 1, "attachment": 1, "relation": 1, "membership": 1, "project": 1}
        name, other = ("Пресейл", "Архив") if self._cyrillic else ("Pre-sales", "Archive")
        presales = self.add_project(PRESALES, name, trackers=(TASK, CASE))
        presales.categories = {1: "Облако", 2: "Связь"} if self._cyrillic else {1: "Cloud", 2: "Network"}
        archive = self.add_project(ARCHIVE, other, trackers=(TASK, CASE))
        for person, role in _ROLE_OF.items():
            self.add_member(presales, self.roles_of_people[person], (role,))
        self.add_member(archive, self.roles_of_people["manager"], (MANAGER,))

    # --- making -------------------------------------------------------------------------------------------------------

    def number(self, what: str) -> int:
        number = self._numbers[what]
        self._numbers[what] = number + 1
        return number

    def add_project(self, identifier: str, name: str, *, trackers: tuple[int, ...], public: bool = False) -> Project:
        number = self.number("project")
        project = Project(number, identifier, name, self.clock.now(), public=public, trackers=trackers)
        self.projects[number] = project
        return project

    def add_member(self, project: Project, user: int, roles: tuple[int, ...]) -> int:
        number = self.number("membership")
        project.members[user] = (number, roles)
        return number

    def add_user(self, login: str, first: str, last: str, *, mail: str, language: str, password: str) -> User:
        user = User(max(self.users) + 1, login, first, last, mail, self.secret(), self.clock.now())
        user.language, user.password = language or self.settings.language, password
        self.users[user.id] = user
        return user

    # --- when ---------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The stamp of a change: as fine as the clock, or as coarse as the fault script says."""
        now, step = self.clock.now(), self.script().stamps
        return datetime.fromtimestamp(now.timestamp() // step * step, UTC) if step else now

    def today(self) -> date:
        return self.clock.now().astimezone(UTC).date()

    # --- finding ------------------------------------------------------------------------------------------------------

    def project(self, name: str) -> Project | None:
        """Return a project by number or identifier."""
        if name.isdigit():
            return self.projects.get(int(name))
        return next((each for each in self.projects.values() if each.identifier == name), None)

    def user_of_key(self, key: str) -> User | None:
        return next((user for user in self.users.values() if key and user.key == key and user.active), None)

    def user_of_login(self, login: str) -> User | None:
        return next((user for user in self.users.values() if user.login == login and user.active), None)

    def name_of(self, user: int) -> dict[str, Any]:
        known = self.users.get(user, self.anonymous)
        return {"id": user, "name": known.name}

    def children(self, number: int) -> list[Issue]:
        return [issue for issue in self.issues if issue.parent_id == number]

    def relations_of(self, number: int) -> list[Relation]:
        return [each for each in self.relations.values() if number in (each.issue_id, each.issue_to_id)]

    def listed(self, numbers: list[int] | None) -> Iterator[Issue]:
        return self.issues.listed(numbers, now=self.clock.now(), lag=self.script().lag)

    def note(self, number: int, before: Issue | None) -> None:
        """Remember what lists show while they lag."""
        if self.script().lag:
            self.issues.note(number, before, at=self.clock.now())

    # --- who may what -------------------------------------------------------------------------------------------------

    def roles(self, user: User, project: Project) -> tuple[int, ...]:
        return project.members.get(user.id, (0, ()))[1]

    def may(self, user: User, permit: str, project: Project) -> bool:
        """Whether *user* has a permission in *project*; administrators have all, visitors of public ones may read."""
        if user.admin:
            return True
        if any(permit in ROLES[role].permits for role in self.roles(user, project)):
            return True
        return project.public and permit == "view_issues"

    def sees_project(self, user: User, project: Project) -> bool:
        return user.admin or project.public or user.id in project.members

    def sees(self, user: User, issue: Issue) -> bool:
        project = self.projects[issue.project_id]
        if not self.may(user, "view_issues", project):
            return False
        if not issue.is_private or user.admin or user.id in (issue.author_id, issue.assigned_to_id):
            return True
        return any(ROLES[role].whole for role in self.roles(user, project))

    def sight(self, user: User) -> Callable[[Issue], bool]:
        """Return `sees` for one user and many issues: permissions are asked once per project."""
        reads = {each.id: self.may(user, "view_issues", each) for each in self.projects.values()}
        return lambda issue: reads[issue.project_id] and (not issue.is_private or self.sees(user, issue))

    def statuses_for(self, user: User, issue: Issue) -> list[Status]:
        """
        Return the statuses that *user* may give to *issue*, in their order: where the workflow leads, and where it
        stands, if it leads anywhere. An issue with open sub-tasks, or one that is blocked, cannot be closed.
        """
        project = self.projects.get(issue.project_id)
        flow = FLOW.get(issue.tracker_id)
        if project is None or flow is None:
            return []
        roles = tuple(ROLES) if user.admin else self.roles(user, project)
        found = {status for role in roles for status in flow.get(role, {}).get(issue.status_id, ())}
        if found and issue.status_id:
            found.add(issue.status_id)
        if not self._may_close(issue):
            found = {status for status in found if not STATUSES[status].closes or status == issue.status_id}
        return [STATUSES[status] for status in STATUSES if status in found]

    def _may_close(self, issue: Issue) -> bool:
        if not issue.id:
            return True
        blockers = (
            self.issues.rows.get(each.issue_id)
            for each in self.relations.values()
            if each.relation_type == "blocks" and each.issue_to_id == issue.id
        )
        waits_for = [*self.children(issue.id), *(each for each in blockers if each is not None)]
        return all(STATUSES[each.status_id].closes for each in waits_for)

    def target_projects(self, user: User) -> list[Project]:
        """The projects that *user* may put issues into."""
        return [project for project in self.projects.values() if self.may(user, "add_issues", project)]

    def tracker(self, number: int) -> dict[str, Any]:
        return {"id": number, "name": TRACKERS[number]}
