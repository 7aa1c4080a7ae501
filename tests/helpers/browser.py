"""A headless Chromium that can reach nothing but this machine."""

import json
import shutil
import tempfile
import time
from contextlib import contextmanager

import pytest

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@contextmanager
def browser(width=1400, height=900):
    """A selenium driver of Chromium; the test is skipped where there is none."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no chromium and chromedriver; on Debian: apt install chromium-driver")
    from selenium import webdriver

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for option in (*OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        opened = webdriver.Chrome(options, webdriver.ChromeService(driver))
        try:
            yield opened
        finally:
            opened.quit()


def eventually(condition):
    """Whether a condition holds, at once or within some seconds."""
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def has_started(opened):
    """Whether a page with plots of bokeh has drawn them, at once or within some seconds."""
    script = "return Boolean(window.Bokeh && Bokeh.documents.length)"
    return eventually(lambda: opened.execute_script(script))


def console_errors(opened):
    """What the page complained of in the console since the last call."""
    return [entry["message"] for entry in opened.get_log("browser") if entry["level"] == "SEVERE"]


def requested_addresses(opened):
    """The addresses on a network that were asked for since the last call, also of web sockets."""
    messages = [json.loads(entry["message"])["message"] for entry in opened.get_log("performance")]
    requests = {
        "Network.requestWillBeSent": lambda parameters: parameters["request"]["url"],
        "Network.webSocketCreated": lambda parameters: parameters["url"],
    }
    asked = [requests[m["method"]](m["params"]) for m in messages if m["method"] in requests]
    return [address for address in asked if address.startswith(("http", "ws"))]
