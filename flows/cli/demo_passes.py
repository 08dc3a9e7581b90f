"""The passes of a demo, and what each did, for a reader."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .opening import in_sync
from .terminal import progress, say

if TYPE_CHECKING:
    from flows.hub.demo import News
    from flows.hub.report import Report
    from flows.hub.wired import Wired
    from flows.hub.wiring import Installation


@dataclass(frozen=True)
class Done:
    """A pass that has ended, and what it has brought."""

    report: "Report"
    news: "list[News]"

    @property
    def well(self) -> bool:
        return self.report.state == "done" and not self.report.trouble

    @property
    def writing(self) -> int:
        """How many of its requests were writing ones."""
        return sum(self.report.writing.values())


@dataclass
class Passes:
    """Runs one pass after the other, each with the systems opened anew; TOLD is how far the history has been told."""

    installation: "Installation"
    told: int = 0
    well: bool = field(default=True)
    """Whether all of them ended as they should."""

    def run(self) -> Done:
        """Run the next pass."""
        with progress("a pass") as step:

            async def work(wired: "Wired") -> Done:
                from flows.hub.demo import news_since
                from flows.hub.running import How, run_recorded
                from flows.hub.sync import PassOptions

                report = await run_recorded(wired, PassOptions(), How(by="demo"), step=step)
                self.told, news = news_since(wired, self.told)
                return Done(report, news)

            done = in_sync(self.installation, None, work)
        self.well = self.well and done.well
        return done

    def show(self, done: Done) -> None:
        """Tell what a pass has brought, a line each; nothing for nothing."""
        for one in done.news:
            say(f"   {'!' if one.waits else '~'} {one.text}")
        if not done.well:
            say(f"   ! {told(done.report)}")


def told(report: "Report") -> str:
    """Return what a pass did, in one line."""
    parts = [
        f"{name}: read {report.read[name]}, made {report.created[name]}, changed {report.updated[name]}"
        f" ({report.requests.get(name, 0)} requests)"
        for name in sorted({*report.read, *report.requests})
    ]
    trouble = [f"{name} failed: {why}" for name, why in sorted(report.trouble.items())]
    return "; ".join([f"{report.seconds:.1f} s", *parts, *trouble, *(stop.text for stop in report.stops)])
