"""What each member of the metadata promises, tried value by value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from app.clients.types import ClientKind
from app.jobs.service import run_pending
from app.kit.runtime import override
from app.sessions.types import Session
from tests.oidc.devices import make_device
from tests.oidc.machines import ASSERTION_TYPE, KeyPair, make_machine, make_signer
from tests.oidc.objects import ObjectServer, unsigned
from tests.oidc.proving import Prover, bound_tokens
from tests.oidc.receiver import Receiver
from tests.oidc.registering import Registrar, make_initial_token
from tests.oidc.requesting import follow, make_signing_party, pushed_uri
from tests.oidc.support import AFTER_LOGOUT, CALLBACK, VERIFIER, Party, answer_of, claims_of, header_of
from tests.oidc.support import make_party as make
from tests.support import ISSUER

ALL_METHODS = frozenset({"client_secret_basic", "client_secret_post", "private_key_jwt", "none"})


@dataclass
class Walk:
    """A person who is signed in, an application of our own and one of others, and the document."""

    browser: httpx.AsyncClient
    session: Session
    party: Party
    third_party: Party
    document: dict[str, Any]

    def path(self, name: str) -> str:
        """An endpoint's path, as the document says it."""
        url = self.document[name]
        assert url.startswith(f"{ISSUER}/")
        return str(url.removeprefix(ISSUER))


Try = Callable[[Walk, Any], Awaitable[None]]
TRIES: dict[str, Try] = {}


def tries(*names: str) -> Callable[[Try], Try]:
    """That a function tries these members; it gets the value of each."""

    def note(function: Try) -> Try:
        TRIES.update(dict.fromkeys(names, function))
        return function

    return note


@tries("issuer", "authorization_response_iss_parameter_supported")
async def _issuer(walk: Walk, value: object) -> None:
    assert value in {ISSUER, True}
    assert answer_of(await walk.party.authorize())["iss"] == ISSUER
    assert answer_of(await walk.party.authorize(scope="nonsense"))["iss"] == ISSUER
    assert claims_of((await walk.party.tokens())["id_token"])["iss"] == ISSUER


@tries("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
async def _code_flow(walk: Walk, value: object) -> None:
    asked = await walk.browser.get(walk.path("authorization_endpoint"), params=walk.party.params())
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    given = await walk.party.post(walk.path("token_endpoint"), {**form, "code": answer_of(asked)["code"]})
    shown = {"authorization": f"Bearer {given.json()['access_token']}"}
    told = await walk.browser.get(walk.path("userinfo_endpoint"), headers=shown)
    assert told.json()["sub"] == walk.session.user_id


@tries("jwks_uri")
async def _keys(walk: Walk, value: object) -> None:
    kids = {key["kid"] for key in (await walk.browser.get(walk.path("jwks_uri"))).json()["keys"]}
    assert header_of((await walk.party.tokens())["access_token"])["kid"] in kids


@tries("revocation_endpoint", "introspection_endpoint")
async def _revocation(walk: Walk, value: object) -> None:
    form = {"token": (await walk.party.tokens())["access_token"]}
    assert (await walk.party.post(walk.path("introspection_endpoint"), dict(form))).json()["active"] is True
    assert (await walk.party.post(walk.path("revocation_endpoint"), dict(form))).status_code == 200
    assert (await walk.party.post(walk.path("introspection_endpoint"), dict(form))).json() == {"active": False}


@tries("device_authorization_endpoint")
async def _device(walk: Walk, value: object) -> None:
    device = await make_device(walk.browser)
    answer = await device.post(walk.path("device_authorization_endpoint"), {"scope": "openid"})
    assert answer.json()["verification_uri"] == f"{ISSUER}/device"


@tries("pushed_authorization_request_endpoint", "require_pushed_authorization_requests")
async def _pushed(walk: Walk, value: object) -> None:
    answer = await walk.party.post(walk.path("pushed_authorization_request_endpoint"), dict(walk.party.params()))
    assert "code" in answer_of(await follow(walk.party, answer.json()["request_uri"]))
    assert walk.document["require_pushed_authorization_requests"] is False
    assert "code" in answer_of(await walk.party.authorize())
    strict = await make(walk.browser, require_pushed_authorization_requests=True)
    assert answer_of(await strict.authorize())["error"] == "invalid_request"
    assert "code" in answer_of(await follow(strict, await pushed_uri(strict)))


@tries("registration_endpoint")
async def _registration(walk: Walk, value: object) -> None:
    registrar = Registrar(walk.browser, await make_initial_token())
    made = await registrar.register()
    assert made["registration_client_uri"].startswith(f"{value}/")


@tries("end_session_endpoint")
async def _end_session(walk: Walk, value: object) -> None:
    hint = (await walk.party.tokens())["id_token"]
    params = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT}
    answer = await walk.browser.get(walk.path("end_session_endpoint"), params=params)
    assert answer.headers["location"] == AFTER_LOGOUT


@tries("backchannel_logout_supported", "backchannel_logout_session_supported")
async def _backchannel(walk: Walk, value: object) -> None:
    assert value is True
    async with Receiver().serving() as receiver:
        with override(outbound_allow=(receiver.target,)):
            party = await make(
                walk.browser, backchannel_logout_uri=receiver.uri, backchannel_logout_session_required=True
            )
            await walk.browser.get("/oauth2/logout", params={"id_token_hint": (await party.tokens())["id_token"]})
            await run_pending()
    [token] = receiver.tokens
    assert claims_of(token)["sid"] == walk.session.id


@tries("frontchannel_logout_supported", "frontchannel_logout_session_supported")
async def _frontchannel(walk: Walk, value: object) -> None:
    assert value is True
    address = "https://app.example.com/out"
    party = await make(walk.browser, frontchannel_logout_uri=address, frontchannel_logout_session_required=True)
    hint = (await party.tokens())["id_token"]
    answer = await walk.browser.get("/oauth2/logout", params={"id_token_hint": hint})
    assert f'<iframe src="{address}?iss=' in answer.text
    assert f"sid={walk.session.id}" in answer.text


@tries("response_types_supported", "code_challenge_methods_supported")
async def _requests(walk: Walk, value: list[str]) -> None:
    offered = {name: walk.document[f"{name}s_supported"] for name in ("response_type", "code_challenge_method")}
    assert offered == {"response_type": ["code"], "code_challenge_method": ["S256"]}
    assert "code" in answer_of(await walk.party.authorize(response_type="code", code_challenge_method="S256"))
    assert answer_of(await walk.party.authorize(response_type="token"))["error"] == "unsupported_response_type"
    plain = await walk.party.authorize(code_challenge_method="plain")
    assert answer_of(plain)["error"] == "invalid_request"


@tries("response_modes_supported")
async def _modes(walk: Walk, value: list[str]) -> None:
    for mode in value:
        answer = await walk.party.authorize(response_mode=mode)
        assert "acd_" in (answer.headers.get("location") or answer.text), mode


@tries("grant_types_supported")
async def _grants(walk: Walk, value: list[str]) -> None:
    machine, device = await make_machine(walk.browser), await make_device(walk.browser)
    await device.begin()
    await device.let_in()
    answers = {
        "authorization_code": await walk.party.redeem(await walk.party.code()),
        "refresh_token": await walk.party.refresh((await walk.party.tokens())["refresh_token"]),
        "client_credentials": await machine.ask(),
        "urn:ietf:params:oauth:grant-type:device_code": await device.poll(),
        "urn:ietf:params:oauth:grant-type:token-exchange": await machine.trade(await machine.token()),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(value, 200)


@tries("subject_types_supported")
async def _subjects(walk: Walk, value: list[str]) -> None:
    seen = {}
    for kind in value:
        party = await make(walk.browser, subject_type=kind)
        seen[kind] = claims_of((await party.tokens())["id_token"])["sub"]
    assert seen["public"] == walk.session.user_id
    assert len(set(seen.values())) == len(seen) == 2


@tries(*(f"{name}_signing_alg_values_supported" for name in ("id_token", "userinfo", "introspection")))
async def _signed_answers(walk: Walk, value: list[str]) -> None:
    for alg in value:
        names = ("id_token", "userinfo", "introspection")
        party = await make(walk.browser, **{f"{name}_signed_response_alg": alg for name in names})
        given = await party.tokens()
        kind = {"accept": "application/token-introspection+jwt"}
        auth = (party.client.id, party.secret)
        told = await party.post("/oauth2/introspect", {"token": given["access_token"]}, headers=kind, auth=auth)
        info = await party.userinfo(given["access_token"])
        assert [header_of(each)["alg"] for each in (given["id_token"], info.text, told.text)] == [alg] * 3


@tries(*(f"{name}_endpoint_auth_methods_supported" for name in ("token", "revocation", "introspection")))
async def _methods(walk: Walk, value: list[str]) -> None:
    [endpoint] = {
        name
        for name in ("token", "revocation", "introspection")
        if walk.document[f"{name}_endpoint_auth_methods_supported"] is value
    }
    for method in ALL_METHODS:
        answer = await _prove(walk, walk.path(f"{endpoint}_endpoint"), method)
        assert (answer.status_code != 401) == (method in value), (method, answer.text)


@tries(*(f"{name}_endpoint_auth_signing_alg_values_supported" for name in ("token", "revocation", "introspection")))
async def _assertions(walk: Walk, value: list[str]) -> None:
    for alg in value:
        signer = await make_signer(walk.browser, KeyPair(alg))
        for path in ("/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"):
            proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signer.assertion()}
            form = {"grant_type": "client_credentials", "token": "none", **proof}
            assert (await signer.post(path, dict(form), headers={})).status_code == 200, (alg, path)


@tries("dpop_signing_alg_values_supported")
async def _dpop(walk: Walk, value: list[str]) -> None:
    for alg in value:
        prover = Prover(KeyPair(alg))
        tokens = await bound_tokens(walk.party, prover)
        shown = await walk.browser.get("/oauth2/userinfo", headers=prover.shows(tokens["access_token"]))
        assert (tokens["token_type"], shown.status_code) == ("DPoP", 200), alg


@tries("request_parameter_supported", "request_object_signing_alg_values_supported", "require_signed_request_object")
async def _request_objects(walk: Walk, value: object) -> None:
    assert walk.document["request_parameter_supported"] is True
    assert walk.document["require_signed_request_object"] is False
    for alg in walk.document["request_object_signing_alg_values_supported"]:
        if alg == "none":
            plain = await make_signing_party(walk.browser, request_object_signing_alg=alg)
            assert "code" in answer_of(await plain.ask(unsigned(plain.params())))
            continue
        signer = await make_signing_party(walk.browser, KeyPair(alg))
        assert "code" in answer_of(await signer.ask(signer.request_object())), alg


@tries("request_uri_parameter_supported", "require_request_uri_registration")
async def _request_uri(walk: Walk, value: object) -> None:
    assert value is True
    async with ObjectServer().serving() as server:
        signer = await make_signing_party(walk.browser, request_uris=(server.uri,))
        server.publish(signer.request_object())
        registered = answer_of(await signer.authorize(request_uri=server.uri))
        other = answer_of(await walk.party.authorize(request_uri=server.uri))
    assert "code" in registered
    assert (other["error"], server.asked) == ("invalid_request_uri", ["/request.jwt"])


@tries("prompt_values_supported")
async def _prompts(walk: Walk, value: list[str]) -> None:
    places = {"none": CALLBACK, "consent": "/oauth2/consent/"}
    for prompt in value:
        place = (await walk.party.authorize(prompt=prompt)).headers["location"]
        assert place.startswith(places.get(prompt, "/signin?flow=flw_")), prompt


@tries("ui_locales_supported")
async def _locales(walk: Walk, value: list[str]) -> None:
    for locale in value:
        asked = await walk.third_party.authorize(ui_locales=f"xx {locale}")
        page = await walk.browser.get(asked.headers["location"])
        assert page.headers["content-language"] == locale


async def _prove(walk: Walk, path: str, method: str) -> httpx.Response:
    """Call an endpoint for clients as a client with this method."""
    form: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": "art_none", "token": "none"}
    if method == "private_key_jwt":
        signer = await make_signer(walk.browser)
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signer.assertion()}
        return await signer.post(path, {**form, "grant_type": "client_credentials", **proof}, headers={})
    kind = ClientKind.SPA if method == "none" else ClientKind.WEB
    party = await make(walk.browser, kind=kind, token_endpoint_auth_method=method)
    if method == "client_secret_post":
        form |= {"client_id": party.client.id, "client_secret": party.secret}
    return await party.post(path, form, **({"headers": {}} if method == "client_secret_post" else {}))
