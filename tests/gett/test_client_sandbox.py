"""The four operations against the simulated Gett, with each guess about the real one turned either way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from keyless import KEY, secret
from sandbox_server import Live, live_sandbox

from gett_tui.gett.client import GettClient
from gett_tui.gett.errors import GettError, NoAnswerError, Outcome, ProblemError, UnreadableAnswerError
from gett_tui.gett.models import Onboarding, Registration
from gett_tui.gett.secret import Secret
from gett_tui.sandbox.settings import Settings

pytestmark = pytest.mark.usefixtures("few_certificates")

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def running() -> Iterator[Live]:
    with live_sandbox(pending=0, ingesting=0) as live:
        yield live


@pytest.fixture
def gett(running: Live) -> Live:
    running.sandbox.settings = Settings(keys=frozenset({KEY}))
    running.sandbox.faults.clear()
    running.sandbox.windows.clear()
    return running


def switch(gett: Live, **switches: object) -> None:
    gett.sandbox.settings = Settings(keys=frozenset({KEY}), **switches)


async def register(client: GettClient, gett: Live, store: str = "p-1", catalog: str = "good") -> Onboarding:
    return await client.register(
        Registration(
            partner_store_id=store,
            name="Corner",
            catalog_callback_url=gett.catalog(catalog, store),
            webhook_url="https://w.example",
        )
    )


async def reaches(client: GettClient, onboarding_id: str, status: str) -> Onboarding:
    async with asyncio.timeout(10):
        while (seen := await client.status(onboarding_id)).status != status:
            await asyncio.sleep(0.01)
    return seen


async def _all_four(gett: Live) -> None:
    done = {name: gett.carried_out(name) for name in ("register", "activate", "cancel")}
    async with GettClient(gett.url, secret()) as client:
        one = await register(client, gett)
        assert (one.partner_store_id, one.store_id, one.error) == ("p-1", None, None)
        ready = await reaches(client, one.onboarding_id, "ready_to_activate")
        assert (ready.store_id, ready.error) == (None, None)
        await client.activate(one.onboarding_id)
        assert (await client.status(one.onboarding_id)).store_id
        other = await register(client, gett, "p-2")
        await client.cancel(other.onboarding_id)
    assert {name: gett.carried_out(name) - count for name, count in done.items()} == {
        "register": 2,
        "activate": 1,
        "cancel": 1,
    }


@pytest.mark.parametrize("code", [200, 201, 202])
@pytest.mark.parametrize("switch_name", ["register_code", "cancel_code", "activate_code"])
async def test_any_success_code_will_do(gett: Live, switch_name: str, code: int) -> None:
    switch(gett, **{switch_name: code})
    await _all_four(gett)


async def test_a_cancel_without_a_body_and_null_for_absent_will_do(gett: Live) -> None:
    switch(gett, cancel_code=204, with_null=True)
    await _all_four(gett)


@pytest.mark.parametrize("code", [200, 204])
async def test_an_activation_without_a_body_is_done_without_a_store(gett: Live, code: int) -> None:
    switch(gett, activate_empty=True, activate_code=code)
    async with GettClient(gett.url, secret()) as client:
        one = await register(client, gett)
        await reaches(client, one.onboarding_id, "ready_to_activate")
        assert await client.activate(one.onboarding_id) is None
        assert (await client.status(one.onboarding_id)).status == "active"


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("code", [409, 400, 422])
async def test_a_wrong_state_is_a_no_and_nothing_was_done(gett: Live, code: int, bare: bool) -> None:
    switch(gett, wrong_state_code=code, bare_problems=bare, record_after_cancel=True)
    activations, cancels = gett.carried_out("activate"), gett.carried_out("cancel")
    async with GettClient(gett.url, secret()) as client:
        one = await register(client, gett)
        await client.cancel(one.onboarding_id)
        for call in (client.activate, client.cancel):
            with pytest.raises(ProblemError) as caught:
                await call(one.onboarding_id)
            assert (caught.value.status, caught.value.outcome) == (code, Outcome.NOT_DONE)
            assert caught.value.problem.is_gett is not bare
    assert (gett.carried_out("activate") - activations, gett.carried_out("cancel") - cancels) == (0, 1)


@pytest.mark.parametrize("kept", [False, True])
async def test_what_was_cancelled_is_gone_or_still_told_of(gett: Live, kept: bool) -> None:
    switch(gett, record_after_cancel=kept)
    async with GettClient(gett.url, secret()) as client:
        one = await register(client, gett)
        await client.cancel(one.onboarding_id)
        if kept:
            assert (await client.status(one.onboarding_id)).partner_store_id == "p-1"
            return
        with pytest.raises(ProblemError) as caught:
            await client.status(one.onboarding_id)
    assert (caught.value.status, caught.value.problem.error_code) == (404, "NOT_FOUND")


async def test_a_malformed_id_is_a_bare_404_and_an_unknown_one_a_problem(gett: Live) -> None:
    async with GettClient(gett.url, secret()) as client:
        for onboarding_id, is_gett in (("no-uuid", False), ("a/b?c", False), (UNKNOWN_ID, True)):
            with pytest.raises(ProblemError) as caught:
                await client.activate(onboarding_id)
            assert (caught.value.status, caught.value.outcome) == (404, Outcome.NOT_DONE)
            assert caught.value.problem.is_gett is is_gett


async def test_a_catalog_that_fails_tells_why(gett: Live) -> None:
    async with GettClient(gett.url, secret()) as client:
        one = await register(client, gett, catalog="missing")
        assert (await reaches(client, one.onboarding_id, "catalog_failed")).error


@pytest.mark.parametrize("bare", [False, True])
async def test_a_second_registration_may_be_refused(gett: Live, bare: bool) -> None:
    switch(gett, refuse_duplicates=True, bare_problems=bare)
    async with GettClient(gett.url, secret()) as client:
        await register(client, gett, f"twice-{bare}")
        with pytest.raises(ProblemError) as caught:
            await register(client, gett, f"twice-{bare}")
    assert (caught.value.status, caught.value.outcome) == (409, Outcome.NOT_DONE)


@pytest.mark.parametrize("bare", [False, True])
async def test_an_invalid_registration_names_its_fields(gett: Live, bare: bool) -> None:
    switch(gett, bare_problems=bare)
    registration = Registration(partner_store_id="p", name=" ", catalog_callback_url="ftp://c", webhook_url="https://w")
    async with GettClient(gett.url, secret()) as client:
        with pytest.raises(ProblemError) as caught:
            await client.register(registration)
    assert (caught.value.status, caught.value.outcome) == (422, Outcome.NOT_DONE)
    where = [item.where for item in caught.value.problem.errors]
    assert where == ([] if bare else ["$.name", "$.catalogCallbackUrl"])


async def test_a_key_that_gett_does_not_know_is_a_401(gett: Live) -> None:
    async with GettClient(gett.url, Secret("test-key-of-another")) as client:
        for call in (register(client, gett), client.status("x"), client.cancel("x"), client.activate("x")):
            with pytest.raises(ProblemError) as caught:
                await call
            assert (caught.value.status, caught.value.outcome) == (401, Outcome.NOT_DONE)


@pytest.mark.parametrize("bare", [False, True])
async def test_a_spent_quota_says_how_long_to_wait(gett: Live, bare: bool) -> None:
    switch(gett, writes_per_minute=0, bare_problems=bare)
    async with GettClient(gett.url, secret()) as client:
        with pytest.raises(ProblemError) as caught:
            await register(client, gett)
    assert (caught.value.status, caught.value.outcome) == (429, Outcome.NOT_DONE)
    assert caught.value.problem.retry_after is not None
    assert 1 <= caught.value.problem.retry_after <= 60


@pytest.mark.parametrize(
    ("fault", "kind", "outcome", "carried_out"),
    [
        ("500-before", ProblemError, Outcome.UNKNOWN, 0),
        ("500-after", ProblemError, Outcome.UNKNOWN, 1),
        ("503", ProblemError, Outcome.NOT_DONE, 0),
        ("429", ProblemError, Outcome.NOT_DONE, 0),
        ("html-before", ProblemError, Outcome.UNKNOWN, 0),
        ("html-after", ProblemError, Outcome.UNKNOWN, 1),
        ("garbled", UnreadableAnswerError, Outcome.UNKNOWN, 1),
        ("empty", UnreadableAnswerError, Outcome.UNKNOWN, 1),
    ],
)
async def test_what_is_said_of_a_lost_answer_is_never_against_what_gett_did(
    gett: Live, fault: str, kind: type[GettError], outcome: Outcome, carried_out: int
) -> None:
    gett.sandbox.faults.append(fault)
    before = gett.carried_out("register")
    async with GettClient(gett.url, secret()) as client:
        with pytest.raises(kind) as caught:
            await register(client, gett)
    assert caught.value.outcome is outcome
    assert not isinstance(caught.value, NoAnswerError)
    assert gett.carried_out("register") - before == carried_out
