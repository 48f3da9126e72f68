"""Whether two buttons are equally easy to see and to press, as a browser draws them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

LEAST_CONTRAST, MOST_APART = 4.5, 1.5
AREA = (0.8, 1.25)
_LOOK = """el => {
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const part = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const lum = c => { const [r, g, b] = c.slice(0, 3).map(part); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  let under = el, back = null;
  while (under && !back) {
    const c = rgb(getComputedStyle(under).backgroundColor);
    if (c.length < 4 || c[3] > 0.99) back = c;
    under = under.parentElement || (under.getRootNode() instanceof ShadowRoot ? under.getRootNode().host : null);
  }
  const s = getComputedStyle(el), box = el.getBoundingClientRect();
  const a = lum(rgb(s.color)), b = lum(back || [255, 255, 255]);
  const around = el.closest('section,dialog,form,aside,[role=dialog],[role=alertdialog],[role=region]');
  const layer = [...el.getRootNode().querySelectorAll('*')].indexOf(around);
  return {
    tag: el.tagName, area: box.width * box.height, size: s.fontSize, weight: s.fontWeight, layer,
    contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
    shown: box.width > 0 && box.height > 0 && s.visibility === 'visible' && s.opacity === '1',
  };
}"""


def measured(page: Page, button: Locator) -> dict[str, Any]:
    """How a button looks: on what, how large, in which letters, against what."""
    found: dict[str, Any] = button.evaluate(_LOOK)
    return found


def unequal(yes: dict[str, Any], no: dict[str, Any]) -> list[str]:
    """In what a yes and a no differ, or are hard to read; empty when they are equals."""
    found = [name for name in ("tag", "size", "weight", "layer", "shown") if yes[name] != no[name]]
    found += [] if no["shown"] else ["not shown"]
    found += [] if AREA[0] <= no["area"] / max(yes["area"], 1) <= AREA[1] else ["area"]
    low, high = sorted((yes["contrast"], no["contrast"]))
    found += [] if low >= LEAST_CONTRAST else ["contrast"]
    return found + ([] if high / low <= MOST_APART else ["contrasts apart"])
