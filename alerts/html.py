"""A message as HTML, for mail and feeds: inline styles only, readable on a phone, every foreign text escaped."""

from __future__ import annotations

from html import escape

from alerts import chart
from alerts.blocks import DOT
from alerts.message import Item, Message, Picture
from alerts.plain import HEALTH
from alerts.text import host_of, names_other_host

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,'Noto Sans','Apple SD Gothic Neo','Noto Sans KR',sans-serif"
_INK, _GREY, _LINE, _LINK = "#1d1c1d", "#616061", "#e3e3e3", "#1264a3"
_SMALL = f"margin:4px 0;color:{_GREY};font-size:13px;line-height:1.4"


PICTURE = "picture@pactwatch"            # the id by which a mail's page shows the picture that comes with it


def page(message: Message, *, with_picture: bool = False) -> str:
    """A whole document, for mail."""
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light">'
        f"<title>{escape(message.subject)}</title></head>"
        f'<body style="margin:0;padding:0;background:#f6f6f6;{_FONT}">'
        f'<div style="max-width:640px;margin:0 auto;padding:16px 18px;background:#ffffff;color:{_INK};font-size:15px;'
        f'line-height:1.45">{body(message, with_picture=with_picture)}</div></body></html>\n'
    )


def body(message: Message, *, with_picture: bool = False) -> str:
    """What stands between the edges."""
    parts = []
    if message.title:
        parts.append(f'<h1 style="margin:0 0 2px;font-size:20px;line-height:1.25">{escape(message.title)}</h1>')
    if message.lead:
        links = ", ".join(_link(link.text, link.url) for link in message.links)
        parts.append(f'<p style="margin:0 0 4px"><b>{escape(message.lead)}</b> {links}</p>')
    if message.subtitle:
        parts.append(f'<p style="{_SMALL};margin-bottom:14px">{escape(message.subtitle)}</p>')
    if with_picture and message.picture is not None:
        parts.append(_picture(message.picture))
    parts += [_row(line) for line in message.table]
    for section in message.sections:
        if section.heading:
            parts.append(f'<h2 style="margin:22px 0 8px;font-size:16px">{escape(section.heading)}</h2>')
        parts += [_item(item, number) for number, item in enumerate(section.items)]
    if message.health:
        parts.append(f'<h2 style="margin:22px 0 8px;font-size:16px">{escape(HEALTH)}</h2>')
        parts += [_small(line) for line in message.health]
    if message.receipt:
        parts.append(f'<hr style="border:0;border-top:1px solid {_LINE};margin:20px 0 10px">')
        parts += [_small(line) for line in message.receipt]
    return "".join(parts)


def _picture(picture: Picture) -> str:
    if why := chart.missing():
        return _small(why)
    return (f'<img src="cid:{PICTURE}" alt="{escape(picture.alt)}" width="600" '
            'style="display:block;width:100%;max-width:600px;height:auto;margin:0 0 14px">'
            + (_small(caption) if (caption := chart.caption(picture.facts)) else ""))


def _row(line: str) -> str:
    name, between, rest = line.partition(" · ")
    return (f'<p style="margin:4px 0;overflow-wrap:anywhere"><b>{escape(name)}</b>'
            f'<span style="color:{_GREY}">{escape(between + rest)}</span></p>')


def _item(item: Item, number: int) -> str:
    rule = f"border-top:1px solid {_LINE};padding-top:14px;" if number else ""
    said = "".join(DOT + label for label in item.labels)
    labels = f'<span style="color:{_GREY}">{escape(said)}</span>' if said else ""
    quote = "".join(f"<b>{escape(run.text)}</b>" if run.bold else escape(run.text) for run in item.quote)
    quoted = (f'<blockquote style="margin:8px 0;padding:2px 0 2px 12px;border-left:3px solid {_LINE};'
              f'overflow-wrap:anywhere">{quote}</blockquote>') if quote else ""
    return (
        f'<div style="{rule}margin:0 0 14px"><p style="margin:0;overflow-wrap:anywhere">'
        f"<b>{escape(item.headline)}</b>{labels}</p>"
        f'<p style="margin:2px 0;overflow-wrap:anywhere">{_link(item.title, item.link)}</p>{quoted}'
        + "".join(_small(note) for note in item.notes if note) + "</div>"
    )


def _link(text: str, url: str | None) -> str:
    """The words as the link; where they name another host, they stand beside a link that says its own."""
    if url is None:
        return escape(text)
    before, label = (f"{escape(text)} ", host_of(url)) if names_other_host(text, url) else ("", text)
    return f'{before}<a href="{escape(url)}" style="color:{_LINK}">{escape(label)}</a>'


def _small(text: str) -> str:
    return f'<p style="{_SMALL};overflow-wrap:anywhere">{escape(text)}</p>'
