"""The web app's files at /."""

import pytest


@pytest.fixture
def site(sqlite_web, tmp_path):
    """(ask for a path, the folder the client is built into)."""
    sqlite_web.config["ROOT"] = tmp_path
    client = sqlite_web.test_client()

    def ask(path):
        with client.get(path) as answer:
            return answer.status_code, answer.get_data(as_text=True), answer.headers

    return ask, tmp_path / "scanner_client" / "dist"


@pytest.fixture
def built(site):
    """The same with a built client."""
    ask, dist = site
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("the app")
    (dist / "assets" / "app-1a2b.js").write_text("script")
    (dist.parent / "package.json").write_text("not for readers")
    return ask


def test_an_unbuilt_client_names_the_remedy(site):
    status, page, _headers = site[0]("/")
    assert status == 200
    assert "make client" in page


@pytest.mark.parametrize("path", ["/", "/stock", "/enrol?code=ABC", "/items/7/movements"])
def test_the_apps_own_addresses_give_its_page(built, path):
    status, page, headers = built(path)
    assert (status, page) == (200, "the app")
    assert headers["Cache-Control"] == "no-cache"


def test_hashed_files_are_kept_for_ever(built):
    status, content, headers = built("/assets/app-1a2b.js")
    assert (status, content) == (200, "script")
    assert "immutable" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["/assets/app-9.js", "/../package.json", "/..%2fpackage.json", "/api/nothing", "/api/v1/x"],
)
def test_nothing_else_is_served(built, path):
    status, page, _headers = built(path)
    assert status == 404
    assert "not for readers" not in page
