"""The Chromium of tests, bench and pictures, without what its window brings along."""

import os
from collections.abc import Sequence

from playwright.sync_api import Browser, Playwright

from config.chromium import found

# The popups of the address bar, loaded with every window, take two thirds of a page's processor time. The others are
# those of Playwright's own list that pages can notice: the last list given counts.
DISABLED = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "AimEnabled", "PreconnectToSearch"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *(
        "HttpsFirstBalancedModeAutoEnable",
        "LensOverlay",
        "MediaRouter",
        "PaintHolding",
        "ThirdPartyStoragePartitioning",
    ),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying"),
)


def launch(playwright: Playwright, *arguments: str, without: Sequence[str] = ()) -> Browser:
    """Start it with these arguments, and without those of Playwright's own."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium has none for root
    disabled = f"--disable-features={','.join(DISABLED)}"
    path = os.environ.get("CHROMIUM") or found()
    return playwright.chromium.launch(
        executable_path=path, args=[disabled, *sandbox, *arguments], ignore_default_args=[*without]
    )
