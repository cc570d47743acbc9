"""The Flask app. Its views are thin: octets to pairs, one call, bytes to an answer."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask, Response, abort, redirect, request, send_from_directory
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import http_date
from werkzeug.wrappers import Response as WerkzeugResponse

from oai_server import shipped
from oai_server.config import Profile, Settings, load
from oai_server.formats import chosen_formats
from oai_server.provider import CODINGS, Provider
from oai_server.store import Store, StoreUnavailable
from oai_server.web.address import Address
from oai_server.web.caching import REUSE, entity_tag, versions
from oai_server.web.coding import chosen
from oai_server.web.pairs import pairs

FORM = "application/x-www-form-urlencoded"
PATH = "/oai"
DRAINED, CHUNK = 16_000_000, 64_000  # octets


def create_app(settings: Settings | None = None, store: Store | None = None) -> Flask:
    """The WSGI app; without arguments it reads the settings of its surroundings, as under ``serve``."""
    settings = settings or load()
    store = store or Store(settings.database_url)
    doors = {"": _door(settings, store), **{each.name: _door(settings, store, each) for each in settings.profiles}}
    app = Flask("oai_server", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    app.extensions["oai_server"] = store
    app.url_map.strict_slashes = False

    @app.route(PATH, methods=["GET", "POST"])
    @app.route(f"{PATH}/<profile>", methods=["GET", "POST"])
    def oai(profile: str = "") -> Response:
        if profile not in doors:
            abort(404, f"There is no profile {profile} here")
        provider, address = doors[profile]
        headers, reading = request.environ, request.method != "POST"
        coding = chosen(headers.get("HTTP_ACCEPT_ENCODING")) if settings.compression else None
        held = versions(headers.get("HTTP_IF_NONE_MATCH"), coding) if reading else ()
        answer = provider.respond(_arguments(), address.of(request), coding, held)
        reusable = answer.version is not None and reading
        told = [("Cache-Control", REUSE if reusable else "no-store")]
        if settings.compression:
            told.append(("Vary", "Accept-Encoding"))
        if answer.version is not None and reading:
            told.append(("ETag", entity_tag(answer.version, coding)))
        if answer.modified is not None and reading:
            told.append(("Last-Modified", http_date(answer.modified)))
            since = headers.get("HTTP_IF_MODIFIED_SINCE") if not held else None
            answer = replace(answer, unchanged=answer.unchanged or since == http_date(answer.modified))
        if answer.unchanged:
            return Response(status=304, headers=told)
        if answer.coding:
            told.append(("Content-Encoding", answer.coding))
        return Response(answer.body, headers=told, content_type="text/xml; charset=utf-8")

    @app.route(f"{PATH}/schemas/<name>")
    def schema(name: str) -> Response:
        return send_from_directory(shipped("schemas"), name, mimetype="text/xml", max_age=86_400)

    @app.route("/")
    def root() -> WerkzeugResponse:
        return redirect(f"{doors[''][1].of(request)}?verb=Identify")

    @app.errorhandler(StoreUnavailable)
    def unavailable(error: StoreUnavailable) -> Response:
        app.logger.error("the store does not answer: %s", error)
        return Response(
            "The repository cannot answer now. Please ask again in a minute.\n",
            503,
            {"Retry-After": "60"},
            "text/plain",
        )

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> WerkzeugResponse:
        answer = error.get_response()
        answer.set_data(f"{error.code} {error.name}: {error.description}\n")
        answer.content_type = "text/plain; charset=utf-8"
        return answer

    return app


def _door(settings: Settings, store: Store, profile: Profile | None = None) -> tuple[Provider, Address]:
    """What answers at one base URL, and how that base URL is known."""
    formats = chosen_formats(settings.formats, settings.format_paths)
    codings = CODINGS if settings.compression else ()
    fallback = settings.default_base_url
    if profile is None:
        address = Address(settings.base_url, fallback, settings.trusted_proxies)
        return Provider(settings, store, formats, codings), address
    base_url = profile.base_url or (f"{settings.base_url}/{profile.name}" if settings.base_url else None)
    address = Address(base_url, f"{fallback}/{profile.name}", settings.trusted_proxies, f"/{profile.name}")
    its_own = {prefix: known for prefix, known in formats.items() if profile.offers(prefix)}
    return Provider(settings.of_profile(profile), store, its_own, codings, profile), address


def _arguments() -> list[tuple[str, str]]:
    """The pairs of the query, and of the form of a POST: both count (section 3.1.1.2)."""
    query = request.environ.get("QUERY_STRING", "").encode("latin-1")
    body = _body() if request.method == "POST" else b""
    if body and request.mimetype != FORM:
        abort(415, f"A POST to an OAI-PMH repository has the content type {FORM} (section 3.1.1.2)")
    return pairs(query) + pairs(body)


def _body() -> bytes:
    """The body of a POST. One that is too large is read and let go, up to a limit: else its sender hears no answer."""
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        for _ in range(DRAINED // CHUNK):
            if not request.environ["wsgi.input"].read(CHUNK):
                break
        raise
