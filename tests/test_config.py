"""Settings: from a file and the environment; a message that names the setting and what would do."""

import pytest

from oai_server.config import Settings, SettingsError, load
from oai_server.model import Set


def test_two_variables_are_enough():
    settings = load(
        environment={
            "OAI_SERVER_DATABASE_URL": "sqlite:///a.sqlite",
            "OAI_SERVER_BASE_URL": "https://r.example.org/oai",
        }
    )
    assert settings.identifier_domain == "r.example.org"
    assert settings.default_base_url == "https://r.example.org/oai"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8080/oai", "http://localhost/oai", "http://[::1]:8080/oai"])
def test_a_host_that_is_no_domain_name_gets_a_reserved_one(base_url):
    assert load(environment={"OAI_SERVER_BASE_URL": base_url}).identifier_domain == "repository.invalid"


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "oai-server.toml"
    file.write_text(
        """
        repository_name = "From the file"
        page_size = 50
        admin_email = ["a@example.org", "b@example.org"]
        [sets]
        "health:care" = "Health care"
        empty = { name = "Empty", description = "Nothing yet" }
        """,
        "utf-8",
    )
    settings = load(
        str(file), environment={"OAI_SERVER_PAGE_SIZE": "7", "OAI_SERVER_ADMIN_EMAIL": "c@example.org", "PATH": "/"}
    )
    assert (settings.repository_name, settings.page_size, settings.admin_email) == (
        "From the file",
        7,
        ("c@example.org",),
    )
    assert settings.sets == (Set("health:care", "Health care"), Set("empty", "Empty", "Nothing yet"))


def test_an_unknown_variable_is_refused_with_the_known_ones_listed():
    with pytest.raises(SettingsError, match=r"OAI_SERVER_PAGESIZE is no setting; known are .*OAI_SERVER_PAGE_SIZE"):
        load(environment={"OAI_SERVER_PAGESIZE": "7"})


def test_an_unknown_name_in_the_file_is_refused_with_the_file_named(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text("colour = 1")
    with pytest.raises(SettingsError, match=r"x\.toml: colour is no setting; known are .*page_size"):
        load(str(file), environment={})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAGE_SIZE", "0"),
        ("PAGE_SIZE", "many"),
        ("PAGE_SIZE", "1001"),
        ("BASE_URL", "repository.example.org/oai"),
        ("BASE_URL", "https://repository.example.org/oai?x"),
        ("BASE_URL", "ftp://repository.example.org/oai"),
        ("BASE_URL", "https://repository.example.org/a b"),
        ("BASE_URL", ""),
        ("ADMIN_EMAIL", "nobody"),
        ("ADMIN_EMAIL", "a@b"),
        ("ADMIN_EMAIL", ""),
        ("GRANULARITY", "hours"),
        ("REPOSITORY_IDENTIFIER", "my repository"),
        ("REPOSITORY_IDENTIFIER", "localhost"),
        ("REPOSITORY_NAME", " "),
        ("SECRET_KEY", "short"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("COMPRESSION", "perhaps"),
        ("DESCRIPTIONS", "/no/such/file.xml"),
        ("SETS", "a"),
        ("METADATA_RIGHTS", "CC0"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_setting(name, value):
    with pytest.raises(SettingsError, match=f"OAI_SERVER_{name} "):
        load(environment={f"OAI_SERVER_{name}": value})


@pytest.mark.parametrize(
    "text",
    [
        "page_size = true",
        "page_size =",
        "[sets]\n'a b' = 'x'",
        "[sets]\na = {description = 'x'}",
        "[branding]\ncolour = 'red'",
        "[eprints]\ncontent = {text = 'x'}",
        "admin_email = 5",
    ],
)
def test_a_file_that_cannot_be_is_refused_by_its_name(tmp_path, text):
    file = tmp_path / "x.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"x\.toml"):
        load(str(file), environment={})


def test_a_missing_file_is_told():
    with pytest.raises(SettingsError, match="No such file"):
        load("/no/such.toml", environment={})


def test_every_setting_says_what_it_is_for():
    from dataclasses import fields

    for each in fields(Settings):
        assert each.metadata["help"].endswith(".")
