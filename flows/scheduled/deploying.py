"""Bring a Prefect server to what a hub needs: work pool, deployments, automation. What stands already is left alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from httpx import HTTPError, HTTPStatusError
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL
from prefect.workers.process import ProcessWorker

from .automation import without_heartbeat
from .deployments import TAG, Planned


class NoServer(Exception):
    """No Prefect server is named."""


class ServerAway(Exception):
    """The Prefect server that is named does not answer, or not as it should."""


class AnotherHub(Exception):
    """The server has a deployment of that name that works for another hub."""


@dataclass
class Deployed:
    """What was done, by names: MADE, CHANGED, KEPT as they were, REMOVED because hub.yaml has them no more."""

    made: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


async def deploy(planned: Sequence[Planned], folder: str, gone: Callable[[str], bool] = lambda _: False) -> Deployed:
    """
    Make what *planned* says for the hub in *folder*, and remove deployments of that hub which are not planned any more.

    GONE says of a folder that no hub is there any more, because it is this one that has moved: what worked for it is
    taken over. A schedule or deployment that somebody has paused stays paused. Raises NoServer, ServerAway, and
    AnotherHub before anything is changed.
    """
    if not PREFECT_API_URL.value():
        raise NoServer("no Prefect server is named")
    done = Deployed()
    try:
        async with get_client() as client:
            there = await _ours(client)
            for one in planned:
                old = there.get(one.full_name) or await _named(client, one)
                if old is not None and (owner := other_owner(old, folder, gone)):
                    raise AnotherHub(f"{one.full_name} on this Prefect server works for {owner}")
            await _pool(client, planned[0].pool, done)
            for one in planned:
                await _deployment(client, one, there.get(one.full_name), done)
            await _automation(client, done)
            for name, old in there.items():
                if not other_owner(old, folder, gone) and name not in {one.full_name for one in planned}:
                    await client.delete_deployment(old.id)
                    done.removed.append(name)
    except HTTPStatusError as error:
        answered = f"the Prefect server at {PREFECT_API_URL.value()} answered {error.response.status_code}"
        raise ServerAway(answered) from error
    except HTTPError as error:
        raise ServerAway(f"the Prefect server at {PREFECT_API_URL.value()} does not answer") from error
    return done


def other_owner(old: DeploymentResponse, folder: str, gone: Callable[[str], bool]) -> str:
    """Say for whom else *old* works; '' where that is the hub in *folder*, or one in a folder that is GONE."""
    if TAG not in old.tags:
        return "something else"
    hub = _hub_of(old)
    return "" if hub == folder or gone(hub) else f"the hub in {hub}"


async def _named(client: PrefectClient, one: Planned) -> DeploymentResponse | None:
    try:
        return await client.read_deployment_by_name(one.full_name)
    except ObjectNotFound:
        return None


def _hub_of(deployment: DeploymentResponse) -> str:
    return str(deployment.parameters.get("hub", ""))


async def _ours(client: PrefectClient) -> dict[str, DeploymentResponse]:
    """Return the deployments with our tag, by full name."""
    chosen = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    found: list[DeploymentResponse] = []
    while page := await client.read_deployments(deployment_filter=chosen, limit=200, offset=len(found)):
        found += page
    flows = {one.flow_id: await client.read_flow(one.flow_id) for one in found}
    return {f"{flows[one.flow_id].name}/{one.name}": one for one in found}


async def _pool(client: PrefectClient, name: str, done: Deployed) -> None:
    try:
        await client.read_work_pool(name)
        done.kept.append(f"work pool {name}")
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        await client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))
        done.made.append(f"work pool {name}")


async def _deployment(client: PrefectClient, one: Planned, old: DeploymentResponse | None, done: Deployed) -> None:
    if old is not None and stands(one, old):
        done.kept.append(one.full_name)
        return
    active = {each.slug: each.active for each in old.schedules} if old else {}
    flow_id = await client.create_flow_from_name(one.flow)
    options = ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    await client.create_deployment(
        flow_id,
        one.name,
        entrypoint=one.entrypoint,
        parameters=dict(one.parameters),
        tags=[TAG],
        schedules=[schedule_of(one.schedule, active=active.get(one.schedule["slug"], True))],
        concurrency_limit=1 if one.alone else None,
        concurrency_options=options if one.alone else None,
        work_pool_name=one.pool,
        job_variables=one.variables,
        pull_steps=one.pull,
        paused=bool(old and old.paused),
    )
    (done.changed if old else done.made).append(one.full_name)


def schedule_of(form: Mapping[str, Any], *, active: bool) -> DeploymentScheduleCreate:
    """Return a schedule as Prefect takes it, from its words in prefect.yaml."""
    kind: IntervalSchedule | CronSchedule
    if "cron" in form:
        kind = CronSchedule(cron=form["cron"], timezone=form["timezone"])
    else:
        span = timedelta(seconds=form["interval"])
        kind = IntervalSchedule(interval=span, anchor_date=form["anchor_date"], timezone=form["timezone"])
    return DeploymentScheduleCreate(schedule=kind, active=active, slug=form["slug"])


def stands(one: Planned, old: DeploymentResponse) -> bool:
    """Say whether *old* is what *one* wants, whoever paused it."""
    wanted = schedule_of(one.schedule, active=True).schedule.model_dump(mode="json")
    limit = old.global_concurrency_limit.limit if old.global_concurrency_limit else None
    return (
        old.entrypoint == one.entrypoint
        and old.parameters == dict(one.parameters)
        and old.work_pool_name == one.pool
        and old.job_variables == one.variables
        and old.pull_steps == one.pull
        and [each.slug for each in old.schedules] == [one.schedule["slug"]]
        and old.schedules[0].schedule.model_dump(mode="json") == wanted
        and limit == (1 if one.alone else None)
    )


async def _automation(client: PrefectClient, done: Deployed) -> None:
    wanted = without_heartbeat()
    label = f"automation {wanted.name!r}"
    found = await client.read_automations_by_name(wanted.name)
    if not found:
        await client.create_automation(wanted)
        done.made.append(label)
        return
    parts = {"trigger", "actions"}
    if found[0].model_dump(include=parts) == wanted.model_dump(include=parts):
        done.kept.append(label)
        return
    await client.update_automation(found[0].id, wanted.model_copy(update={"enabled": found[0].enabled}))
    done.changed.append(label)
