"""The page behind a link as a browser lays it out, on the phone of somebody who has just been woken, by day and night.

It needs Chromium, which the project's own tools cannot install: `apt-get install chromium`. Where there is none, these
tests are skipped and say so.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.served.conftest import Served

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PHONE, DESKTOP = (390, 664), (1280, 900)
SUBJECT = "Sync of orders stopped after the update, nothing arrives in the warehouse and nobody knows why " * 3

# Runs in a copy of the page, since the page itself allows no script. What is measured is all that a reader can see.
MEASURE = """
const rgb = text => (text.match(/[0-9.]+/g) || []).map(Number);
const luminance = colour => {
  const linear = c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = rgb(colour).map(each => linear(each / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = element => {
  for (let each = element; each; each = each.parentElement) {
    const colour = getComputedStyle(each).backgroundColor;
    if (rgb(colour)[3] !== 0) return colour;
  }
  return "rgb(255, 255, 255)";
};
const contrast = element => {
  const [dark, light] = [getComputedStyle(element).color, behind(element)].map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const box = element => element && element.getBoundingClientRect();
const texts = [...document.querySelectorAll("h1, h2, p, dt, dd, li, a, button, summary, label, input, select")];
const quieter = [...document.querySelectorAll("summary, details button, select, label > input")];
const button = box(document.querySelector(".first button"));
const measured = {
  background: luminance(getComputedStyle(document.body).backgroundColor),
  overflow: document.documentElement.scrollWidth - innerWidth,
  smallest_text: Math.min(...texts.map(each => parseFloat(getComputedStyle(each).fontSize))),
  least_contrast: Math.min(...texts.map(contrast)),
  button: button && {height: button.height, width: button.width, bottom: button.bottom},
  quieter: quieter.filter(each => each.checkVisibility()).map(each => box(each).height),
  links: [...document.querySelectorAll("a")].map(each => box(each).height),
};
parent.document.body.dataset.measured = JSON.stringify({...measured, screen: [innerWidth, innerHeight]});
"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine: apt-get install chromium")


@pytest.fixture(scope="module")
def links(served: Served) -> dict[str, str]:
    """Links of a ticket that nobody has, of one that Ana has, of a digest, and one that nobody signed."""
    with httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {served.token}"}, timeout=30) as http:
        by_text = [{"member_id": "ana", "name": "Ana", "channels": [{"type": "sms", "address": "+4915112345678"}]}]
        assert http.put("/v1/teams/frontline", json={"name": "Frontline", "members": by_text}).status_code == 200
        told = [told_of(http, *tickets) for tickets in (["PAGE-1"], ["PAGE-2"], ["PAGE-3", "PAGE-4", "PAGE-5"])]
        found = {page: link_in(alerts) for page, alerts in zip(("open", "taken", "digest"), told, strict=True)}
        taken = http.post(found["taken"], headers={"Authorization": ""})
        assert taken.status_code == 200
    return {**found, "forged": f"{served.url}/a/{'A' * 16}"}


def told_of(http: httpx.Client, *ticket_ids: str) -> list[dict[str, Any]]:
    """What Ana is told of tickets that are opened at once, a while after all others."""
    before = len(http.get("/_local/alerts").json()["alerts"])
    for ticket_id in ticket_ids:
        ticket = {"ticket_id": ticket_id, "contract_id": "acme-gold", "priority": "P1", "subject": SUBJECT}
        link = {"reference": f"https://helpdesk.example/tickets/{'long-address-' * 20}"}
        assert http.post("/v1/tickets", json={**ticket, **link}).status_code == 201
    assert http.post("/_local/clock/advance", json={"seconds": 180}).status_code == 200
    alerts = http.get("/_local/alerts").json()["alerts"][before:]
    return [each for each in alerts if each["recipient"] == "ana"]


def link_in(alerts: list[dict[str, Any]]) -> str:
    """The last link that a short message had."""
    [*found] = re.findall(r"https?://[^\s\"]+/a/[\w-]+", json.dumps([each["channels"] for each in alerts]))
    return str(found[-1])


def browse(address: str, folder: Path, dark: bool = False) -> str:
    """The document as the browser has it once it is loaded."""
    arguments = [
        "--headless",
        "--no-sandbox",  # it needs rights that a container rarely has, and the page is ours
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        "--window-size=1400,1200",
        "--dump-dom",
    ]
    assert BROWSER is not None
    return subprocess.run([BROWSER, *arguments, address], check=True, capture_output=True, text=True, timeout=60).stdout


def measured(
    address: str, folder: Path, size: tuple[int, int], dark: bool, *, unfolded: bool = False
) -> dict[str, Any]:
    """What the page measures under the policy it is served with, but for the script that measures.

    In a frame of that size, since no window of the browser is as narrow as a telephone.
    """
    answer = httpx.get(address, timeout=30)
    policy = f"{answer.headers['content-security-policy']}; script-src 'unsafe-inline'"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    page = answer.text.replace("<head>", f"<head>{meta}").replace("</body>", f"<script>{MEASURE}</script></body>")
    page = page.replace("<details>", "<details open>") if unfolded else page
    frame = f'<iframe width="{size[0]}" height="{size[1]}" style="border: 0" srcdoc="{html.escape(page)}"></iframe>'
    around = folder / "around.html"
    scheme = '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    around.write_text(f"{scheme}<body>{frame}</body>", encoding="utf-8")
    found = re.search(r'data-measured="([^"]*)"', browse(around.as_uri(), folder, dark))
    assert found is not None
    result: dict[str, Any] = json.loads(html.unescape(found[1]))
    assert result["screen"] == [*size]
    return result


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("page", ["open", "taken", "digest", "forged"])
def test_it_can_be_read_at_three_in_the_morning(
    links: dict[str, str], tmp_path: Path, page: str, size: tuple[int, int], dark: bool
) -> None:
    found = measured(links[page], tmp_path, size, dark)
    assert (found["background"] < 0.05) is dark
    assert found["overflow"] <= 0, "nothing is beside the screen"
    assert found["smallest_text"] >= 16
    # WCAG 2.2, success criteria 1.4.3 and 2.5.8: 4.5 to one, 24 pixels (W3C recommendation, 2023-10).
    assert found["least_contrast"] >= 4.5
    assert all(height >= 24 for height in found["links"])
    assert (found["button"] is not None) is (page == "open")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_button_is_on_the_screen_however_long_the_subject_is_and_a_thumb_finds_it(
    links: dict[str, str], tmp_path: Path, size: tuple[int, int]
) -> None:
    button = measured(links["open"], tmp_path, size, dark=False)["button"]
    assert button["bottom"] <= size[1]
    assert button["height"] >= 44
    assert button["width"] >= 300


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "by night"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_else_can_be_done_is_folded_up_and_can_be_read_and_reached_when_it_is_unfolded(
    links: dict[str, str], tmp_path: Path, size: tuple[int, int], dark: bool
) -> None:
    found = measured(links["open"], tmp_path, size, dark, unfolded=True)
    assert found["overflow"] <= 0
    assert found["smallest_text"] >= 16
    assert found["least_contrast"] >= 4.5
    # Five folds: each with its line and its button, and between them seven fields.
    assert len(found["quieter"]) == 17
    assert all(height >= 40 for height in found["quieter"]), "a thumb finds it"
    assert len(measured(links["open"], tmp_path, size, dark)["quieter"]) == 5, "until then there are only the lines"


def test_a_browser_takes_the_page_as_it_is_served_and_opening_it_takes_nothing(
    links: dict[str, str], tmp_path: Path
) -> None:
    for _ in range(2):
        shown = browse(links["open"], tmp_path)
        assert '<html lang="en">' in shown
        assert "<title>PAGE-1: Do you have it?</title>" in shown
