"""Draw how messages look, in Slack and in mail, on a phone and on a desk: `make gallery`."""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from alerts import chart
from alerts.blocks import parts, with_picture
from alerts.html import PICTURE
from alerts.html import page as mail_page
from alerts.message import Message
from tests.gallery import sample
from tests.gallery.slack_html import page as slack_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTHS = {"phone": 390, "desk": 900}


def pages() -> dict[str, str]:
    """All pages, by name."""
    week, png = sample.picture(), b""
    assert week.picture is not None
    png = chart.draw(week.picture.facts)
    shown = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": week.picture.alt}
    return {
        "slack-digest": slack_page(parts(sample.digest(), 30), {}),
        "slack-quiet": slack_page(parts(sample.quiet_day()), {}),
        "slack-alert": slack_page([payload for message in sample.alert() for payload in parts(message, 30)], {}),
        "slack-week": slack_page([with_picture(parts(week)[0], shown)], {"F1": png}),
        "mail-digest": _mail(sample.digest(), b""),
        "mail-week": _mail(week, png),
    }


def _mail(message: Message, png: bytes) -> str:
    data = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return mail_page(message, with_picture=True).replace(f"cid:{PICTURE}", data)


def shoot(browser: Browser, html: str, width: int, file: Path, scale: float = 2) -> None:
    """Draw a page as high as it is."""
    context = browser.new_context(viewport={"width": width, "height": 400}, device_scale_factor=scale)
    tab = context.new_page()
    tab.set_content(html)
    wide = tab.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        print(f"{file.name}: {wide} pixels wide, more than {width}")
    tab.screenshot(path=str(file), full_page=True)
    context.close()


def lighten(file: Path) -> None:
    """Write a picture with fewer colours, which its letters and bars do not need."""
    from PIL import Image

    with Image.open(file) as picture:
        picture.convert("RGB").quantize(48).save(file, optimize=True)


def main(folder: Path, docs: Path) -> None:
    """Draw everything into a folder, and the pictures of README and pages."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    browsers = ("chromium", "chromium-browser", "google-chrome")
    options: dict[str, Any] = {"executable_path": next(filter(None, map(which, browsers)), None),
                               "args": ["--no-sandbox", "--disable-gpu"]}
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as home:
        browser = driver.chromium.launch(**options, env={"HOME": home})
        for name, html in pages().items():
            for device, width in WIDTHS.items():
                shoot(browser, html, width, folder / f"{name}-{device}.png")
        shoot(browser, slack_page(parts(sample.short_digest()), {}), 740, docs / "digest.png", scale=1.5)
        browser.close()
    week = sample.picture().picture
    assert week is not None
    (docs / "week.png").write_bytes(chart.draw(week.facts))
    for name in ("digest.png", "week.png"):
        lighten(docs / name)
    print(f"{folder}: {len(list(folder.glob('*.png')))} pictures")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
