"""Which platforms a wheel may be built for (PEP 425, 513, 600, 656, 730, 738, 783)."""

import re

_ARCHES = "x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64|loongarch64"
_MAC_ARCHES = "ppc|ppc64|i386|intel|x86_64|arm64|fat|fat3|fat32|fat64|universal|universal2"
_ALLOWED = re.compile(
    "|".join(
        (
            "any|win32|win_(?:amd64|arm64|ia64)",
            "manylinux(?:1|2010)_(?:x86_64|i686)",
            f"manylinux2014_(?:{_ARCHES}|ppc64)",
            rf"manylinux_\d+_\d+_(?:{_ARCHES}|ppc64)",
            rf"musllinux_\d+_\d+_(?:{_ARCHES})",
            # Two boards whose wheels were never given a manylinux name.
            "linux_armv[67]l",
            rf"macosx_10_\d+_(?:{_MAC_ARCHES})",
            # From 11 on the tag has no minor version; Apple went from 15 to 26.
            rf"macosx_(?:1[1-5]|2[6-9]|[3-9]\d)_0_(?:{_MAC_ARCHES})",
            r"ios_\d+_\d+_(?:arm64|x86_64)_(?:iphoneos|iphonesimulator)",
            r"android_\d+_(?:armeabi_v7a|arm64_v8a|x86|x86_64)",
            r"pyemscripten_\d+_\d+_wasm32",
        )
    ),
    re.ASCII,
)
_PLAIN_LINUX = re.compile(f"linux_(?:{_ARCHES}|ppc64)", re.ASCII)


def is_platform_allowed(tag: str, *, linux: bool) -> bool:
    """Return whether wheels for the tag may be uploaded.

    `linux` admits plain `linux_x86_64` and its kind, which promise nothing
    about the machine and therefore only make sense inside a house.
    """
    if _ALLOWED.fullmatch(tag) is not None:
        return True
    return linux and _PLAIN_LINUX.fullmatch(tag) is not None
